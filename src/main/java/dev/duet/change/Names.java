package dev.duet.change;

import java.util.ArrayList;
import java.util.List;

/**
 * Names as people write them on command lines and in addresses.
 *
 * <pre>
 * table  := name "." name
 * list   := name { "," name }
 * name   := text without separator and quote, case kept | "any text", a quote within twice
 * </pre>
 */
public final class Names {
    private Names() {}

    /** @throws IllegalArgumentException if the text is no table's name; says what to write */
    public static TableId table(String text) {
        List<String> parts;
        try {
            parts = split(text, '.');
        } catch (IllegalArgumentException e) {
            parts = List.of();
        }
        if (parts.size() != 2) {
            throw new IllegalArgumentException("'" + text
                    + "' is no table's name: write schema.table, for example public."
                    + (text.matches("\\w+") ? text : "orders") + "; a part with a dot or a quote in double quotes");
        }
        return new TableId(parts.get(0), parts.get(1));
    }

    /** @throws IllegalArgumentException if a name is empty, or a quote is not closed */
    public static List<String> list(String text) {
        return split(text, ',');
    }

    /** The table's name as {@link #table} reads it. */
    public static String of(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.table());
    }

    private static String quoted(String part) {
        return part.matches("[^.\"]+") ? part : "\"" + part.replace("\"", "\"\"") + "\"";
    }

    private static List<String> split(String text, char separator) {
        List<String> names = new ArrayList<>();
        int at = 0;
        while (true) {
            int end = endOfName(text, at, separator);
            String name = text.substring(at, end);
            names.add(
                    name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name);
            if (names.getLast().isEmpty()) {
                throw new IllegalArgumentException("'" + text + "': a name is missing at character " + (at + 1));
            }
            if (end == text.length()) {
                return names;
            }
            at = end + 1;
        }
    }

    /** Where the separator or the end of the text is. */
    private static int endOfName(String text, int from, char separator) {
        int at = from;
        boolean quoted = at < text.length() && text.charAt(at) == '"';
        if (quoted) {
            at++;
            while (at < text.length() && (text.charAt(at) != '"' || text.startsWith("\"\"", at))) {
                at += text.charAt(at) == '"' ? 2 : 1;
            }
            at++;
        } else {
            while (at < text.length() && text.charAt(at) != separator && text.charAt(at) != '"') {
                at++;
            }
        }
        if (at > text.length() || (at < text.length() && text.charAt(at) != separator)) {
            throw new IllegalArgumentException("'" + text + "': a name with a quote or a '" + separator
                    + "' stands in double quotes, a quote within it twice");
        }
        return at;
    }
}
