package dev.duet.delta;

import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import java.util.function.Supplier;

/**
 * The columns that Duet adds behind the source's. Kernel's types are asked for when they are needed: a native executable is built with
 * this class initialized, and with Kernel's not.
 */
enum AddedColumn {
    OP("__op", () -> StringType.STRING),
    LSN("__lsn", () -> LongType.LONG),
    /** Null when the event names no transaction. */
    TX_ID("__tx_id", () -> LongType.LONG),
    SOURCE_TS_MS("__source_ts_ms", () -> LongType.LONG),
    TOPIC("__topic", () -> StringType.STRING),
    PARTITION("__partition", () -> IntegerType.INTEGER),
    OFFSET("__offset", () -> LongType.LONG),
    /** The columns that the source did not send because the update left them alone; null when it sent all. */
    UNCHANGED("__unchanged", () -> new ArrayType(StringType.STRING, false)),
    /** UTC date of the source's commit. The partition column, unless configured otherwise. */
    DATE("__date", () -> DateType.DATE),
    /**
     * True for a dead letter that was sent again, else null: where it stands in its partition says nothing of its order. A table gets the
     * column with its first such letter.
     */
    LATE("__late", () -> BooleanType.BOOLEAN);

    private final String columnName;
    private final Supplier<DataType> dataType;

    AddedColumn(String columnName, Supplier<DataType> dataType) {
        this.columnName = columnName;
        this.dataType = dataType;
    }

    /** Whether each log has it; the others are there where they are needed. */
    boolean isInEachLog() {
        return this != DATE && this != LATE;
    }

    String columnName() {
        return columnName;
    }

    DataType dataType() {
        return dataType.get();
    }
}
