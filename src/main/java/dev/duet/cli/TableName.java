package dev.duet.cli;

import dev.duet.change.TableId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A table's name on the command line.
 *
 * <pre>
 * name := part "." part
 * part := text without dot and quote, case kept | "any text", a quote within twice
 * </pre>
 */
final class TableName {
    private static final String PART = "([^.\"]+|\"(?:[^\"]|\"\")+\")";
    private static final Pattern NAME = Pattern.compile(PART + "\\." + PART);

    private TableName() {}

    static TableId parse(String text) {
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            throw new TypeConversionException("'" + text
                    + "' is no table's name: write schema.table, for example public."
                    + (text.matches("\\w+") ? text : "orders") + "; a part with a dot or a quote in double quotes");
        }
        return new TableId(unquoted(name.group(1)), unquoted(name.group(2)));
    }

    private static String unquoted(String part) {
        return part.startsWith("\"") ? part.substring(1, part.length() - 1).replace("\"\"", "\"") : part;
    }

    /** The name as {@link #parse} reads it. */
    static String of(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.table());
    }

    private static String quoted(String part) {
        return part.matches("[^.\"]+") ? part : "\"" + part.replace("\"", "\"\"") + "\"";
    }
}
