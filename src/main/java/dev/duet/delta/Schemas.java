package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Delta's types for the source's. All columns are nullable: a delete holds the key alone, a truncate nothing.
 *
 * <pre>
 * Bool              boolean          Text, Char, Json, Uuid   string
 * Int16             short            Bytes                    binary
 * Int32             integer          Date                     date
 * Int64             long             Timestamp                timestamp_ntz
 * Float32           float            TimestampTz              timestamp
 * Float64           double           Time                     string, HH:MM:SS.ffffff (Delta has no time of day)
 * Decimal(p,s)      decimal(p,s) up to 38 digits, else string
 * Numeric           string, plain digits: Delta has no number of any length
 * Native            string, as PostgreSQL writes it
 * Array             array of the element's type
 * </pre>
 */
final class Schemas {
    private static final int MAX_PRECISION = 38;
    private static final String FORBIDDEN = " ,;{}()\n\t=";

    private Schemas() {}

    static DataType type(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> BooleanType.BOOLEAN;
            case ColumnType.Int16 ignored -> ShortType.SHORT;
            case ColumnType.Int32 ignored -> IntegerType.INTEGER;
            case ColumnType.Int64 ignored -> LongType.LONG;
            case ColumnType.Float32 ignored -> FloatType.FLOAT;
            case ColumnType.Float64 ignored -> DoubleType.DOUBLE;
            case ColumnType.Decimal decimal -> decimal(decimal);
            case ColumnType.Numeric ignored -> StringType.STRING;
            case ColumnType.Text ignored -> StringType.STRING;
            case ColumnType.Char ignored -> StringType.STRING;
            case ColumnType.Json ignored -> StringType.STRING;
            case ColumnType.Uuid ignored -> StringType.STRING;
            case ColumnType.Bytes ignored -> BinaryType.BINARY;
            case ColumnType.Date ignored -> DateType.DATE;
            case ColumnType.Time ignored -> StringType.STRING;
            case ColumnType.Timestamp ignored -> TimestampNTZType.TIMESTAMP_NTZ;
            case ColumnType.TimestampTz ignored -> TimestampType.TIMESTAMP;
            case ColumnType.Native ignored -> StringType.STRING;
            case ColumnType.Array(ColumnType element) -> new ArrayType(type(element), true);
        };
    }

    /** PostgreSQL also has numeric(3,5) and numeric(3,-2), which Delta has not. */
    private static DataType decimal(ColumnType.Decimal type) {
        boolean fits = type.precision() <= MAX_PRECISION && type.scale() >= 0 && type.scale() <= type.precision();
        return fits ? new DecimalType(type.precision(), type.scale()) : StringType.STRING;
    }

    /**
     * The schema of a table that Duet creates.
     *
     * @throws TableStoppedException if Delta can't have a column of such a name
     */
    static StructType create(TableSchema source, boolean withDate) {
        checkNames(source);
        StructType schema = new StructType();
        for (Column column : source.columns()) {
            schema = schema.add(column.name(), type(column.type()), true);
        }
        for (AddedColumn added : AddedColumn.values()) {
            if (added.isInEachLog() || (added == AddedColumn.DATE && withDate)) {
                schema = schema.add(added.columnName(), added.dataType(), true);
            }
        }
        return schema;
    }

    /** @throws TableStoppedException if Delta can't have a column of such a name */
    static void checkNames(TableSchema source) {
        Set<String> names = new HashSet<>();
        for (AddedColumn added : AddedColumn.values()) {
            names.add(added.columnName());
        }
        source.columns().forEach(column -> checkName(source, column.name(), names));
    }

    private static void checkName(TableSchema source, String name, Set<String> names) {
        String why = null;
        if (!names.add(name.toLowerCase(Locale.ROOT))) {
            why = "another column has the same name (Delta does not tell upper from lower case, and Duet adds columns"
                    + " that begin with two underscores)";
        } else if (name.chars().anyMatch(c -> FORBIDDEN.indexOf(c) >= 0)) {
            why = "Delta allows none of the characters \" ,;{}()=\", tab and newline in a name";
        }
        if (why != null) {
            throw new TableStoppedException(
                    source.table(),
                    "Table " + source.table() + " can't be written to Delta: column \"" + name + "\": " + why
                            + ". Rename or drop the column by configuration, or leave the table out.");
        }
    }
}
