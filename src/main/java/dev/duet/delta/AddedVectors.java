package dev.duet.delta;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.StringType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The columns that Duet adds, as Kernel's vectors over the same changes as {@link ColumnVectors}. */
final class AddedVectors {
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private AddedVectors() {}

    static ColumnVector of(AddedColumn column, List<RowChange> changes) {
        return switch (column) {
            case OP ->
                new Texts(changes, column.dataType(), change -> change.op().code());
            case TOPIC ->
                new Texts(
                        changes, column.dataType(), change -> change.partition().topic());
            case LSN ->
                new Longs(changes, column.dataType(), change -> change.source().lsn());
            case TX_ID -> new TxIds(changes, column.dataType());
            case SOURCE_TS_MS ->
                new Longs(changes, column.dataType(), change -> change.source().tsMillis());
            case PARTITION ->
                new Longs(
                        changes, column.dataType(), change -> change.partition().partition());
            case OFFSET -> new Longs(changes, column.dataType(), RowChange::offset);
            case UNCHANGED -> new Unchanged(changes, column.dataType());
            case LATE -> new Late(changes, column.dataType());
            case DATE -> new Longs(changes, column.dataType(), AddedVectors::epochDay);
        };
    }

    /** The UTC day of the source's commit, counted from 1970-01-01. */
    static int epochDay(RowChange change) {
        return (int) Math.floorDiv(change.source().tsMicros(), MICROS_PER_DAY);
    }

    private record Texts(List<RowChange> changes, DataType getDataType, Function<RowChange, String> value)
            implements ColumnVector {
        @Override
        public int getSize() {
            return changes.size();
        }

        @Override
        public boolean isNullAt(int rowId) {
            return false;
        }

        @Override
        public String getString(int rowId) {
            return value.apply(changes.get(rowId));
        }

        @Override
        public void close() {}
    }

    private record Longs(List<RowChange> changes, DataType getDataType, ToLongFunction<RowChange> value)
            implements ColumnVector {
        @Override
        public int getSize() {
            return changes.size();
        }

        @Override
        public boolean isNullAt(int rowId) {
            return false;
        }

        @Override
        public long getLong(int rowId) {
            return value.applyAsLong(changes.get(rowId));
        }

        @Override
        public int getInt(int rowId) {
            return (int) getLong(rowId);
        }

        @Override
        public void close() {}
    }

    private record TxIds(List<RowChange> changes, DataType getDataType) implements ColumnVector {
        @Override
        public int getSize() {
            return changes.size();
        }

        @Override
        public boolean isNullAt(int rowId) {
            return getLong(rowId) == SourcePosition.NO_TX;
        }

        @Override
        public long getLong(int rowId) {
            return changes.get(rowId).source().txId();
        }

        @Override
        public void close() {}
    }

    private record Late(List<RowChange> changes, DataType getDataType) implements ColumnVector {
        @Override
        public int getSize() {
            return changes.size();
        }

        @Override
        public boolean isNullAt(int rowId) {
            return !getBoolean(rowId);
        }

        @Override
        public boolean getBoolean(int rowId) {
            return changes.get(rowId).source().late();
        }

        @Override
        public void close() {}
    }

    private record Unchanged(List<RowChange> changes, DataType getDataType) implements ColumnVector {
        @Override
        public int getSize() {
            return changes.size();
        }

        @Override
        public boolean isNullAt(int rowId) {
            RowChange change = changes.get(rowId);
            Row row = change.row();
            if (row == null || change.op() != Op.UPDATE) {
                return true;
            }
            for (int i = 0; i < row.size(); i++) {
                if (row.isUnchanged(i)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public ArrayValue getArray(int rowId) {
            RowChange change = changes.get(rowId);
            Row row = change.row();
            List<String> names = new ArrayList<>();
            for (int i = 0; row != null && i < row.size(); i++) {
                if (row.isUnchanged(i)) {
                    names.add(change.schema().columns().get(i).name());
                }
            }
            return new Names(names);
        }

        @Override
        public void close() {}
    }

    private record Names(List<String> names) implements ArrayValue, ColumnVector {
        @Override
        public int getSize() {
            return names.size();
        }

        @Override
        public ColumnVector getElements() {
            return this;
        }

        @Override
        public DataType getDataType() {
            return StringType.STRING;
        }

        @Override
        public boolean isNullAt(int rowId) {
            return false;
        }

        @Override
        public String getString(int rowId) {
            return names.get(rowId);
        }

        @Override
        public void close() {}
    }
}
