package dev.duet.envelope;

import java.util.Locale;

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
