package dev.duet.transform;

import dev.duet.change.ColumnType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A value as text, as PostgreSQL writes it with {@code datestyle = ISO} and {@code timezone = UTC}; floating-point numbers in plain
 * digits, as many as tell the value from its neighbours.
 */
final class ValueText {
    private static final long MICROS = 1_000_000;
    private static final String INFINITY = "infinity";

    private ValueText() {}

    static Step of(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> Object::toString;
            case ColumnType.Int16 ignored -> Object::toString;
            case ColumnType.Int32 ignored -> Object::toString;
            case ColumnType.Int64 ignored -> Object::toString;
            case ColumnType.Float32 ignored -> value -> floating(value.toString());
            case ColumnType.Float64 ignored -> value -> floating(value.toString());
            case ColumnType.Decimal ignored -> value -> ((BigDecimal) value).toPlainString();
            case ColumnType.Numeric ignored -> value -> ((BigDecimal) value).toPlainString();
            case ColumnType.Text ignored -> value -> value;
            case ColumnType.Char ignored -> value -> withoutPadding((String) value);
            case ColumnType.Json ignored -> value -> value;
            case ColumnType.Uuid ignored -> value -> ((String) value).toLowerCase(Locale.ROOT);
            case ColumnType.Bytes ignored -> value -> "\\x" + HexFormat.of().formatHex((byte[]) value);
            case ColumnType.Date ignored -> value -> date((Integer) value);
            case ColumnType.Time ignored -> value -> time((Long) value);
            case ColumnType.Timestamp ignored -> value -> timestamp((Long) value, "");
            case ColumnType.TimestampTz ignored -> value -> timestamp((Long) value, "+00");
        };
    }

    /**
     * As {@link #of}, but equal values have one text: a decimal loses its trailing zeros ({@code 1.50} and {@code 1.5} are equal).
     */
    static Step canonical(ColumnType type) {
        return switch (type) {
            case ColumnType.Decimal ignored -> value -> plain((BigDecimal) value);
            case ColumnType.Numeric ignored -> value -> plain((BigDecimal) value);
            default -> of(type);
        };
    }

    /** A char(n) without its padding, which PostgreSQL ignores when it compares. */
    static String withoutPadding(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static String floating(String shortest) {
        return switch (shortest) {
            case "NaN", "Infinity", "-Infinity" -> shortest;
            default -> plain(new BigDecimal(shortest));
        };
    }

    private static String date(int days) {
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            return days > 0 ? INFINITY : "-" + INFINITY;
        }
        LocalDate date = LocalDate.ofEpochDay(days);
        return day(date) + era(date);
    }

    private static String timestamp(long micros, String zone) {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? INFINITY : "-" + INFINITY;
        }
        LocalDateTime at = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS) * 1000, ZoneOffset.UTC);
        return day(at.toLocalDate()) + " " + time(at.toLocalTime().toNanoOfDay() / 1000) + zone + era(at.toLocalDate());
    }

    private static String day(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        return String.format(Locale.ROOT, "%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
    }

    private static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    /** Also 24:00:00, which is a time in PostgreSQL. */
    private static String time(long micros) {
        long seconds = micros / MICROS;
        String text = String.format(Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        int fraction = (int) (micros % MICROS);
        return fraction == 0
                ? text
                : text + "." + String.format(Locale.ROOT, "%06d", fraction).replaceAll("0+$", "");
    }
}
