package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.ValueText;
import dev.duet.inspect.LogColumn;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The values of a change log in the words of {@link ColumnType}: what {@link Schemas} does, backwards. */
final class LogValues {
    private static final Set<String> ADDED =
            Stream.of(AddedColumn.values()).map(AddedColumn::columnName).collect(Collectors.toUnmodifiableSet());
    private static final int MICROSECONDS = 6;

    private LogValues() {}

    static boolean isAdded(String column) {
        return ADDED.contains(column);
    }

    static List<LogColumn> described(StructType schema) {
        return schema.fields().stream()
                .map(field -> new LogColumn(
                        field.getName(), name(field.getDataType()), field.isNullable(), isAdded(field.getName())))
                .toList();
    }

    /** The columns whose values can be told; others, which somebody else must have added, are left out. */
    static List<StructField> readable(StructType schema) {
        return schema.fields().stream()
                .filter(field -> type(field.getDataType()) != null)
                .toList();
    }

    static Column column(StructField field) {
        ColumnType type = type(field.getDataType());
        if (type == null) {
            throw new IllegalArgumentException("column " + field.getName() + " can't be read");
        }
        return new Column(field.getName(), type);
    }

    /** Null for a type that Duet never writes. */
    static @Nullable ColumnType type(DataType type) {
        return switch (type) {
            case BooleanType ignored -> new ColumnType.Bool();
            case ByteType ignored -> new ColumnType.Int16();
            case ShortType ignored -> new ColumnType.Int16();
            case IntegerType ignored -> new ColumnType.Int32();
            case LongType ignored -> new ColumnType.Int64();
            case FloatType ignored -> new ColumnType.Float32();
            case DoubleType ignored -> new ColumnType.Float64();
            case DecimalType decimal -> new ColumnType.Decimal(decimal.getPrecision(), decimal.getScale());
            case StringType ignored -> new ColumnType.Text(0);
            case BinaryType ignored -> new ColumnType.Bytes();
            case DateType ignored -> new ColumnType.Date();
            case TimestampType ignored -> new ColumnType.TimestampTz(MICROSECONDS);
            case TimestampNTZType ignored -> new ColumnType.Timestamp(MICROSECONDS);
            case ArrayType array -> {
                ColumnType element = type(array.getElementType());
                yield element == null || element instanceof ColumnType.Array ? null : new ColumnType.Array(element);
            }
            default -> null;
        };
    }

    /** Delta's own name of a type. */
    static String name(DataType type) {
        return switch (type) {
            case DecimalType decimal -> "decimal(" + decimal.getPrecision() + "," + decimal.getScale() + ")";
            case ArrayType array -> "array<" + name(array.getElementType()) + ">";
            default -> type.toString();
        };
    }

    static @Nullable Object value(ColumnVector vector, int row) {
        if (vector.isNullAt(row)) {
            return null;
        }
        return switch (vector.getDataType()) {
            case BooleanType ignored -> vector.getBoolean(row);
            case ByteType ignored -> (short) vector.getByte(row);
            case ShortType ignored -> vector.getShort(row);
            case IntegerType ignored -> vector.getInt(row);
            case DateType ignored -> vector.getInt(row);
            case LongType ignored -> vector.getLong(row);
            case TimestampType ignored -> vector.getLong(row);
            case TimestampNTZType ignored -> vector.getLong(row);
            case FloatType ignored -> vector.getFloat(row);
            case DoubleType ignored -> vector.getDouble(row);
            case DecimalType ignored -> vector.getDecimal(row);
            case StringType ignored -> vector.getString(row);
            case BinaryType ignored -> vector.getBinary(row);
            case ArrayType ignored -> list(vector.getArray(row));
            default -> throw new IllegalArgumentException("type " + vector.getDataType());
        };
    }

    private static List<@Nullable Object> list(ArrayValue array) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < array.getSize(); i++) {
            values.add(value(array.getElements(), i));
        }
        return values;
    }

    /** As {@link dev.duet.inspect.Rows} wants it. */
    static Function<Object, String> text(ColumnType type) {
        return type instanceof ColumnType.Array(ColumnType element) ? json(element) : ValueText.of(type);
    }

    private static Function<Object, String> json(ColumnType element) {
        Function<Object, String> text = ValueText.of(element);
        boolean plain = element instanceof ColumnType.Bool
                || element instanceof ColumnType.Int16
                || element instanceof ColumnType.Int32
                || element instanceof ColumnType.Int64;
        return value -> ((List<?>) value)
                .stream()
                        .map(item -> item == null ? "null" : plain ? text.apply(item) : quoted(text.apply(item)))
                        .collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
