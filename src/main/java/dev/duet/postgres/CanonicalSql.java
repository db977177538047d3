package dev.duet.postgres;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The text in which equal values of a type are equal, wherever they lie, as an SQL expression; and the hashes of such texts. The change
 * log's side of it is {@code dev.duet.delta.CanonicalText}. Texts of an array's elements are put one behind the other, each with its
 * length before it.
 *
 * <pre>
 * numeric             without trailing zeros            timetz          the same moment in UTC
 * real, double        the bits in hexadecimal           bit varying     without leading zeros (Debezium loses them)
 * others              PostgreSQL's own text, under the settings of {@link LookSession}
 * </pre>
 */
final class CanonicalSql {
    private CanonicalSql() {}

    /**
     * The canonical text of a column.
     *
     * @param type as {@code format_type} writes it
     * @param column quoted
     */
    static String text(String type, String column) {
        if (type.endsWith("[]")) {
            return array(column, text(type.substring(0, type.length() - 2), "u.e"));
        }
        String base = base(type);
        return switch (base) {
            case "numeric" -> "trim_scale(" + column + ")::text";
            case "real" -> "encode(float4send(" + column + "), 'hex')";
            case "double precision" -> "encode(float8send(" + column + "), 'hex')";
            case "time with time zone" -> "(" + column + " at time zone 'UTC')::text";
            // Cast to text it has a mask always, written out only where it says something.
            case "inet" ->
                "case when masklen(" + column + ") = case family(" + column + ") when 4 then 32 else 128 end then host("
                        + column + ") else " + column + "::text end";
            case "bit varying" -> "ltrim(" + column + "::text, '0')";
            default -> column + "::text";
        };
    }

    /** The text of a column as its change log can hold it: timestamps beyond Delta's are infinity there. */
    static String logText(String type, String column) {
        if (type.endsWith("[]")) {
            return array(column, logText(type.substring(0, type.length() - 2), "u.e"));
        }
        String base = base(type);
        return switch (base) {
            case "timestamp without time zone", "timestamp with time zone" ->
                "case when " + column + " >= '294247-01-10 04:00:54.775807+00'::" + base + " then 'infinity' else "
                        + column + "::text end";
            default -> text(type, column);
        };
    }

    /** @param element the canonical text of {@code u.e} */
    static String array(String column, String element) {
        return "case when " + column
                + " is null then null else (select coalesce(string_agg(coalesce(length(c.x)::text || ':' || c.x, '-'), ''"
                + " order by u.o), '') from unnest(" + column + ") with ordinality as u(e, o), lateral (select "
                + element + " as x) as c) end";
    }

    /** As {@link #text}, in a form that can be read as the type again: floating-point numbers in digits. */
    static String keyText(String type, String column) {
        String base = base(type);
        return base.equals("numeric") || base.equals("inet") ? text(type, column) : column + "::text";
    }

    /** The type without its length, {@code time} without its precision, {@code interval} without its fields. */
    static String base(String type) {
        return type.replaceFirst("\\(\\d+(,-?\\d+)?\\)", "")
                .replaceFirst("^interval (?:year|month|day|hour|minute|second)[a-z ]*", "interval");
    }

    static String nullif(String text, Set<String> asNull) {
        String result = text;
        for (String one : asNull) {
            result = "nullif(" + result + ", '" + one.replace("'", "''") + "')";
        }
        return result;
    }

    /** The hash of a text as text, {@code -} for null. */
    static String hash(String text) {
        return "coalesce(hashtextextended((" + text + ") collate \"C\", 0)::text, '-')";
    }

    /**
     * The hash of a row: of the hashes of its columns, joined by commas.
     *
     * @param rest the texts of the columns that are hashed together
     * @param separate those whose hashes follow one by one
     */
    static String rowHash(List<String> rest, List<String> separate) {
        String together = "hashtextextended((" + joined(rest) + ") collate \"C\", 0)";
        if (separate.isEmpty()) {
            return together;
        }
        return "hashtextextended((" + together + "::text || ',' || " + joined(separate) + ") collate \"C\", 0)";
    }

    private static String joined(List<String> texts) {
        return texts.isEmpty()
                ? "''"
                : texts.stream().map(CanonicalSql::hash).collect(Collectors.joining(" || ',' || "));
    }
}
