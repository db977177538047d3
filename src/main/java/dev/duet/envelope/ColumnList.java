package dev.duet.envelope;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TypeText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a table's columns from text as one writes them in SQL, for events that carry no schema:
 *
 * <pre>
 * columns = column { "," column }
 * column  = name type [ "(" number [ "," number ] ")" ]
 * name    = letters, digits and _ as the event has them, or any text in double quotes
 * type    = boolean | smallint | integer | bigint | real | double precision | numeric | text | varchar | char | json | jsonb
 *         | uuid | bytea | date | time | timestamp | timestamptz, their usual aliases, or a name of {@link ColumnType.Native};
 *         with [] behind it an array
 * </pre>
 */
public final class ColumnList {
    private static final Pattern COLUMN = Pattern.compile(
            "\\s*(?:\"((?:[^\"]|\"\")+)\"|(\\w+))\\s+([a-zA-Z][a-zA-Z0-9 ]*?)\\s*(?:\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\))?\\s*(\\[\\s*])?\\s*");

    private ColumnList() {}

    /**
     * The table with these columns; its key comes from the records.
     *
     * @throws IllegalArgumentException with a sentence that says which column can't be read
     */
    public static TableSchema parse(TableId table, String columns) {
        List<Column> parsed = new ArrayList<>();
        for (String column : split(columns)) {
            Matcher matcher = COLUMN.matcher(column);
            if (!matcher.matches()) {
                throw refused(table, column, "is not of the form: name type");
            }
            String quoted = matcher.group(1);
            String name = quoted == null ? matcher.group(2) : quoted.replace("\"\"", "\"");
            int first = matcher.group(4) == null ? -1 : Integer.parseInt(matcher.group(4));
            int second = matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5));
            ColumnType type = TypeText.of(matcher.group(3), first, second)
                    .orElseThrow(() -> refused(table, column, "has a type that is not known here"));
            parsed.add(new Column(name, matcher.group(6) == null ? type : new ColumnType.Array(type)));
        }
        return new TableSchema(table, parsed, List.of());
    }

    private static IllegalArgumentException refused(TableId table, String column, String why) {
        return new IllegalArgumentException("duet.source.columns.\"" + table + "\": '" + column.trim() + "' " + why
                + "; write the columns as in SQL, for example: fund_id integer, fund_price numeric(10,2)");
    }

    /** At the commas outside of parentheses and quotes. */
    private static List<String> split(String columns) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < columns.length(); i++) {
            char c = columns.charAt(i);
            quoted ^= c == '"';
            if (!quoted) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == ',' && depth == 0) {
                    parts.add(columns.substring(start, i));
                    start = i + 1;
                }
            }
        }
        parts.add(columns.substring(start));
        return parts;
    }
}
