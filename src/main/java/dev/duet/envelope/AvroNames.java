package dev.duet.envelope;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Avro's names hold letters, digits and underscores only, so the connector alters the others ({@code field.name.adjustment.mode}). The
 * source's own name comes as a parameter if source types are propagated.
 */
final class AvroNames {
    private static final String REAL_NAME = "__debezium.source.column.name";

    private AvroNames() {}

    /**
     * The source's name of a column.
     *
     * @param field its name in Avro
     * @param type its type, with the parameters
     */
    static String ofColumn(String field, ConnectField type) {
        String real = type.parameters().get(REAL_NAME);
        return real == null || !isAdjusted(field, real) ? field : real;
    }

    /**
     * The column of a key's field. The key's schema does not name the source's column where the value's does.
     *
     * @param columns the source's names
     * @return its index; -1 if there is none, or more than one that the name can come from
     */
    static int columnOf(String field, List<String> columns) {
        int exact = columns.indexOf(field);
        if (exact >= 0) {
            return exact;
        }
        int[] adjusted = IntStream.range(0, columns.size())
                .filter(i -> isAdjusted(field, columns.get(i)))
                .toArray();
        return adjusted.length == 1 ? adjusted[0] : -1;
    }

    /**
     * Whether the field's name can come from this one. Two columns of one named type (a numeric without a precision is a record) share
     * the parameters of the first.
     */
    private static boolean isAdjusted(String field, String real) {
        StringBuilder plain = new StringBuilder();
        StringBuilder unicode = new StringBuilder();
        for (int i = 0; i < real.length(); i++) {
            char c = real.charAt(i);
            boolean kept = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_';
            plain.append(kept ? c : '_');
            unicode.append(kept && c != '_' ? String.valueOf(c) : String.format(Locale.ROOT, "_u%04x", (int) c));
        }
        String underscores = plain.toString();
        return field.equals(real)
                || field.equals(underscores)
                || field.equals("_" + underscores)
                || !underscores.isEmpty() && field.equals("_" + underscores.substring(1))
                || field.contentEquals(unicode);
    }
}
