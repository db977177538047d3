package dev.duet.delta;

import dev.duet.change.ColumnType;
import dev.duet.change.ValueText;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
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
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The text in which a value of a change log is equal to the mirror's: what {@code dev.duet.postgres.CanonicalSql} makes of the mirror's
 * column.
 */
interface CanonicalText {
    /** Types whose text in the log is what the source wrote, and the mirror's what PostgreSQL makes of it. */
    Set<String> OTHERWISE_WRITTEN = Set.of(
            "interval",
            "time with time zone",
            "tstzrange",
            "point",
            "line",
            "circle",
            "box",
            "lseg",
            "path",
            "polygon");

    Function<Object, String> DATE = ValueText.of(new ColumnType.Date());
    Function<Object, String> TIMESTAMP = ValueText.of(new ColumnType.Timestamp(6));
    Function<Object, String> TIMESTAMP_TZ = ValueText.of(new ColumnType.TimestampTz(6));

    /** The text of a value that is not null. */
    String of(ColumnVector vector, int row);

    /**
     * How a column's values become text; null if they can't be compared with the mirror's.
     *
     * @param mirror the mirror's type as {@code format_type} writes it
     */
    static @Nullable CanonicalText of(DataType type, String mirror) {
        boolean array = mirror.endsWith("[]");
        if (type instanceof ArrayType list) {
            CanonicalText element = array ? of(list.getElementType(), mirror.substring(0, mirror.length() - 2)) : null;
            return element == null ? null : (vector, row) -> array(vector.getArray(row), element);
        }
        String base = mirror.replaceFirst("\\(\\d+(,-?\\d+)?\\)", "");
        if (array || OTHERWISE_WRITTEN.contains(base)) {
            return null;
        }
        boolean wide = base.equals("double precision");
        return switch (type) {
            case BooleanType ignored -> (vector, row) -> Boolean.toString(vector.getBoolean(row));
            case ShortType ignored -> (vector, row) -> Short.toString(vector.getShort(row));
            case IntegerType ignored -> (vector, row) -> Integer.toString(vector.getInt(row));
            case LongType ignored -> (vector, row) -> Long.toString(vector.getLong(row));
            case FloatType ignored -> (vector, row) -> wide ? bits(vector.getFloat(row)) : bits4(vector.getFloat(row));
            case DoubleType ignored ->
                (vector, row) -> wide ? bits(vector.getDouble(row)) : bits4((float) vector.getDouble(row));
            case DecimalType ignored -> (vector, row) -> plain(vector.getDecimal(row));
            case DateType ignored -> (vector, row) -> DATE.apply(vector.getInt(row));
            case TimestampType ignored -> (vector, row) -> TIMESTAMP_TZ.apply(vector.getLong(row));
            case TimestampNTZType ignored -> (vector, row) -> TIMESTAMP.apply(vector.getLong(row));
            case BinaryType ignored -> (vector, row) -> "\\x" + HexFormat.of().formatHex(vector.getBinary(row));
            case StringType ignored -> string(base);
            default -> null;
        };
    }

    private static CanonicalText string(String mirror) {
        return switch (mirror) {
            case "numeric" -> (vector, row) -> number(vector.getString(row));
            case "time without time zone" ->
                (vector, row) -> vector.getString(row).replaceFirst("\\.?0*$", "");
            case "jsonb" -> (vector, row) -> JsonbText.of(vector.getString(row));
            case "character" -> (vector, row) -> ValueText.withoutPadding(vector.getString(row));
            case "bit varying" -> (vector, row) -> vector.getString(row).replaceFirst("^0+", "");
            default -> ColumnVector::getString;
        };
    }

    private static String number(String text) {
        return switch (text) {
            case "NaN", "Infinity", "-Infinity" -> text;
            default -> plain(new BigDecimal(text));
        };
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static String bits(double number) {
        return HexFormat.of().toHexDigits(Double.doubleToLongBits(number));
    }

    private static String bits4(float number) {
        return HexFormat.of().toHexDigits(Float.floatToIntBits(number));
    }

    private static String array(ArrayValue array, CanonicalText element) {
        StringBuilder text = new StringBuilder();
        ColumnVector elements = array.getElements();
        for (int i = 0; i < array.getSize(); i++) {
            if (elements.isNullAt(i)) {
                text.append('-');
            } else {
                String one = element.of(elements, i);
                text.append(one.codePointCount(0, one.length())).append(':').append(one);
            }
        }
        return text.toString();
    }
}
