package dev.duet.postgres;

import java.nio.charset.StandardCharsets;

/**
 * The name of a table in the target database.
 *
 * @param schema unquoted
 * @param table unquoted
 */
record TargetName(String schema, String table) implements Comparable<TargetName> {
    /** NAMEDATALEN - 1 of a PostgreSQL built with the defaults. The server cuts longer names silently, and two tables may become one. */
    static final int MAX_IDENTIFIER_BYTES = 63;

    /** {@code "schema"."table"}, quoted: safe to put into SQL. */
    String quoted() {
        return quote(schema) + "." + quote(table);
    }

    TargetName trail() {
        return new TargetName(schema, table + "_trail");
    }

    boolean fits() {
        return fits(schema) && fits(table);
    }

    private static boolean fits(String identifier) {
        return !identifier.isEmpty() && identifier.getBytes(StandardCharsets.UTF_8).length <= MAX_IDENTIFIER_BYTES;
    }

    /**
     * The identifier in double quotes.
     *
     * @throws IllegalArgumentException if it holds a NUL, which no identifier can
     */
    static String quote(String identifier) {
        if (identifier.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("an identifier with a NUL character");
        }
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    @Override
    public int compareTo(TargetName other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : table.compareTo(other.table);
    }

    /** For messages. */
    @Override
    public String toString() {
        return quoted();
    }
}
