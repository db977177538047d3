package dev.duet.postgres;

import dev.duet.change.TableId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a source table's name becomes the target's.
 *
 * <pre>
 * template := part "." part
 * part     := ( text | "{schema}" | "{table}" )+      text holds none of . { } and no control character
 * </pre>
 */
final class TableTemplate {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{schema}|\\{table}");
    private static final String PART = "((?:[^.{}\\p{Cntrl}]|\\{schema}|\\{table})+)";
    private static final Pattern GRAMMAR = Pattern.compile(PART + "\\." + PART);

    private final String schema;
    private final String table;

    /** @throws IllegalArgumentException if the template does not follow the grammar */
    TableTemplate(String template) {
        Matcher parts = GRAMMAR.matcher(template);
        if (!parts.matches()) {
            throw new IllegalArgumentException("duet.postgres.table is \"" + template
                    + "\" but must have the form schema.name, where {schema} and {table} stand for the source's names"
                    + " and exactly one dot separates the two parts");
        }
        schema = parts.group(1);
        table = parts.group(2);
    }

    TargetName target(TableId source) {
        return new TargetName(fill(schema, source), fill(table, source));
    }

    private static String fill(String part, TableId source) {
        return PLACEHOLDER
                .matcher(part)
                .replaceAll(found ->
                        Matcher.quoteReplacement(found.group().equals("{schema}") ? source.schema() : source.table()));
    }
}
