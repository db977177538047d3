package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.TypeText;
import dev.duet.change.ValueText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.regex.Pattern;

/** A value from its text: exactly, or not at all. Nothing is rounded or cut. */
final class TextValue {
    /** Beyond this no decimal is written out: an exponent of some characters could ask for gigabytes. */
    private static final int MAX_DIGITS = 1000;

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,4})?");
    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");
    private static final DateTimeFormatter WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT);
    private static final long NANOS_PER_MICRO = 1000;

    private TextValue() {}

    /** Whether {@link #of} knows the type. */
    static boolean readable(ColumnType type) {
        return !(type instanceof ColumnType.Json
                || type instanceof ColumnType.Bytes
                || type instanceof ColumnType.Native
                || type instanceof ColumnType.Array);
    }

    /** The value of this type that the text stands for, of the class that {@link ColumnType} names. */
    static Object of(ColumnType type, String text) throws Unfit {
        String trimmed = text.strip();
        try {
            return switch (type) {
                case ColumnType.Text(int length) -> fitting(text, length);
                case ColumnType.Char(int length) -> fitting(ValueText.withoutPadding(text), length);
                case ColumnType.Bool ignored -> bool(trimmed);
                case ColumnType.Int16 ignored -> decimal(trimmed).shortValueExact();
                case ColumnType.Int32 ignored -> decimal(trimmed).intValueExact();
                case ColumnType.Int64 ignored -> decimal(trimmed).longValueExact();
                case ColumnType.Float32 ignored -> floating(trimmed, Float.parseFloat(number(trimmed)));
                case ColumnType.Float64 ignored -> floating(trimmed, Double.parseDouble(number(trimmed)));
                case ColumnType.Decimal wanted -> scaled(decimal(trimmed), wanted);
                case ColumnType.Numeric ignored -> withoutExponent(decimal(trimmed));
                case ColumnType.Uuid ignored -> uuid(trimmed);
                case ColumnType.Date ignored -> date(trimmed);
                case ColumnType.Time ignored -> micros(LocalTime.parse(trimmed).toNanoOfDay());
                case ColumnType.Timestamp ignored -> timestamp(trimmed);
                case ColumnType.TimestampTz ignored -> timestampTz(trimmed);
                case ColumnType.Json ignored -> throw unfit(type);
                case ColumnType.Bytes ignored -> throw unfit(type);
                case ColumnType.Native ignored -> throw unfit(type);
                case ColumnType.Array ignored -> throw unfit(type);
            };
        } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
            throw unfit(type); // the exception's own message quotes the text
        }
    }

    static Unfit unfit(ColumnType type) {
        return new Unfit("expected a value that is exactly a " + TypeText.show(type));
    }

    /** The text if it has no more characters than this, 0 for any number. */
    static String fitting(String text, int length) throws Unfit {
        if (length > 0 && text.codePointCount(0, text.length()) > length) {
            throw new Unfit("expected at most " + length + " characters");
        }
        return text;
    }

    /** The same value with the type's scale. */
    static BigDecimal scaled(BigDecimal value, ColumnType.Decimal type) throws Unfit {
        if ((long) value.precision() - value.scale() > type.precision() - type.scale() && value.signum() != 0) {
            throw unfit(type);
        }
        try {
            return value.setScale(type.scale(), RoundingMode.UNNECESSARY);
        } catch (ArithmeticException e) {
            throw unfit(type);
        }
    }

    private static BigDecimal decimal(String text) throws Unfit {
        if (text.length() > MAX_DIGITS || !DECIMAL.matcher(text).matches()) {
            throw new Unfit("expected a decimal number of at most " + MAX_DIGITS + " characters");
        }
        return new BigDecimal(text);
    }

    private static BigDecimal withoutExponent(BigDecimal value) {
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    private static String number(String text) throws Unfit {
        return switch (text) {
            case "NaN", "Infinity", "-Infinity" -> text;
            default -> decimal(text).toString();
        };
    }

    /** A finite text must give a finite number. */
    private static Float floating(String text, float value) throws Unfit {
        floating(text, (double) value);
        return value;
    }

    private static Double floating(String text, double value) throws Unfit {
        if (Double.isInfinite(value) && !text.endsWith("Infinity")) {
            throw new Unfit("expected a number within the type's range");
        }
        return value;
    }

    private static Boolean bool(String text) throws Unfit {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t" -> true;
            case "false", "f" -> false;
            default -> throw new Unfit("expected true or false");
        };
    }

    private static String uuid(String text) throws Unfit {
        if (!UUID.matcher(text).matches()) {
            throw new Unfit("expected a uuid");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    private static Integer date(String text) {
        return switch (text) {
            case "infinity" -> Integer.MAX_VALUE;
            case "-infinity" -> Integer.MIN_VALUE;
            default -> Math.toIntExact(LocalDate.parse(text).toEpochDay());
        };
    }

    private static Object timestamp(String text) throws Unfit {
        return switch (text) {
            case "infinity" -> Long.MAX_VALUE;
            case "-infinity" -> Long.MIN_VALUE;
            default -> micros(LocalDateTime.parse(text.replaceFirst(" ", "T")));
        };
    }

    private static Object timestampTz(String text) throws Unfit {
        return switch (text) {
            case "infinity" -> Long.MAX_VALUE;
            case "-infinity" -> Long.MIN_VALUE;
            default ->
                micros(OffsetDateTime.parse(text.replaceFirst(" ", "T"), WITH_OFFSET)
                        .withOffsetSameInstant(ZoneOffset.UTC)
                        .toLocalDateTime());
        };
    }

    private static Object micros(LocalDateTime at) throws Unfit {
        Object value = FarMoment.timestamp(
                at.toEpochSecond(ZoneOffset.UTC), micros((long) at.getNano()).intValue());
        if (value == null) {
            throw new Unfit("expected a timestamp within PostgreSQL's range");
        }
        return value;
    }

    private static Long micros(long nanos) throws Unfit {
        if (nanos % NANOS_PER_MICRO != 0) {
            throw new Unfit("expected at most microseconds");
        }
        return nanos / NANOS_PER_MICRO;
    }
}
