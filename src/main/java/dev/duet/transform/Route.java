package dev.duet.transform;

import dev.duet.change.TableId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name under which a table's rows go on: {@code schema.table}, where {@code {schema}} and {@code {table}} stand for the source's. */
record Route(String schema, String table) {
    private static final String PART = "((?:[^.{}\\p{Cntrl}]|\\{schema}|\\{table})+)";
    private static final Pattern GRAMMAR = Pattern.compile(PART + "\\." + PART);

    /** @throws IllegalArgumentException if it has another form; the message is what is wrong, without the key */
    static Route parse(String template) {
        Matcher parts = GRAMMAR.matcher(template);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + template + "' must have the form schema.table, where {schema} and"
                    + " {table} stand for the source's names and exactly one dot separates the two parts");
        }
        return new Route(parts.group(1), parts.group(2));
    }

    /** Whether two source tables can't get one name by it, as long as the rule is for tables of more than one name. */
    boolean namesTheTable() {
        return table.contains("{table}") || schema.contains("{table}");
    }

    TableId of(TableId source) {
        return new TableId(fill(schema, source), fill(table, source));
    }

    private static String fill(String part, TableId source) {
        // Both at once: a schema may be called "{table}".
        return Pattern.compile("\\{schema}|\\{table}")
                .matcher(part)
                .replaceAll(found ->
                        Matcher.quoteReplacement(found.group().equals("{schema}") ? source.schema() : source.table()));
    }
}
