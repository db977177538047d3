package dev.duet.change;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A value as text, as PostgreSQL writes it with {@code datestyle = ISO} and {@code timezone = UTC}; floating-point numbers in plain
 * digits, as many as tell the value from its neighbours.
 */
public final class ValueText {
    private static final long MICROS = 1_000_000;
    private static final String INFINITY = "infinity";

    private ValueText() {}

    /** How values of this type, neither null nor UNCHANGED, become text. */
    public static Function<Object, String> of(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> Object::toString;
            case ColumnType.Int16 ignored -> Object::toString;
            case ColumnType.Int32 ignored -> Object::toString;
            case ColumnType.Int64 ignored -> Object::toString;
            case ColumnType.Float32 ignored -> value -> floating(value.toString());
            case ColumnType.Float64 ignored -> value -> floating(value.toString());
            case ColumnType.Decimal ignored -> ValueText::digits;
            case ColumnType.Numeric ignored -> ValueText::digits;
            case ColumnType.Text ignored -> Object::toString;
            case ColumnType.Char ignored -> value -> withoutPadding((String) value);
            case ColumnType.Json ignored -> Object::toString;
            case ColumnType.Uuid ignored -> value -> ((String) value).toLowerCase(Locale.ROOT);
            case ColumnType.Bytes ignored -> value -> "\\x" + HexFormat.of().formatHex((byte[]) value);
            case ColumnType.Date ignored -> value -> date((Integer) value);
            case ColumnType.Time ignored -> value -> time((Long) value);
            case ColumnType.Timestamp ignored -> value -> timestamp(value, "");
            case ColumnType.TimestampTz ignored -> value -> timestamp(value, "+00");
            case ColumnType.Native ignored -> Object::toString;
            case ColumnType.Array(ColumnType element) -> array(of(element));
        };
    }

    /**
     * As {@link #of}, but equal values have one text: a decimal loses its trailing zeros ({@code 1.50} and {@code 1.5} are equal).
     */
    public static Function<Object, String> canonical(ColumnType type) {
        return switch (type) {
            case ColumnType.Decimal ignored -> ValueText::plain;
            case ColumnType.Numeric ignored -> ValueText::plain;
            default -> of(type);
        };
    }

    /** A char(n) without its padding, which PostgreSQL ignores when it compares. */
    public static String withoutPadding(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    private static String digits(Object number) {
        return number instanceof BigDecimal decimal ? decimal.toPlainString() : number.toString();
    }

    private static String plain(Object number) {
        if (!(number instanceof BigDecimal decimal)) {
            return number.toString();
        }
        return decimal.signum() == 0 ? "0" : decimal.stripTrailingZeros().toPlainString();
    }

    /** An element is quoted where PostgreSQL would read something else without. */
    private static Function<Object, String> array(Function<Object, String> element) {
        return value -> {
            StringBuilder text = new StringBuilder("{");
            for (Object item : (List<?>) value) {
                if (text.length() > 1) {
                    text.append(',');
                }
                if (item == null) {
                    text.append("NULL");
                } else {
                    appendElement(text, element.apply(item));
                }
            }
            return text.append('}').toString();
        };
    }

    private static void appendElement(StringBuilder to, String element) {
        boolean quoted = element.isEmpty()
                || element.equalsIgnoreCase("null")
                || element.chars().anyMatch(c -> "{},\"\\ \t\n\r\f\u000b".indexOf(c) >= 0);
        if (!quoted) {
            to.append(element);
            return;
        }
        to.append('"');
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\');
            }
            to.append(c);
        }
        to.append('"');
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

    private static String timestamp(Object value, String zone) {
        if (value instanceof FarMoment(long second, int micro)) {
            return timestamp(second, micro, zone);
        }
        long micros = (Long) value;
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? INFINITY : "-" + INFINITY;
        }
        return timestamp(Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS), zone);
    }

    private static String timestamp(long second, int micro, String zone) {
        LocalDateTime at = LocalDateTime.ofEpochSecond(second, micro * 1000, ZoneOffset.UTC);
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
