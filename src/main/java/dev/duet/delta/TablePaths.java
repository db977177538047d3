package dev.duet.delta;

import dev.duet.change.TableId;

/**
 * The path of each table. No name of the source can lead out of the root or into another table's directory: a segment holds only
 * letters, digits, {@code _} and {@code -} of a name, and every other UTF-16 unit as {@code !} and four hexadecimal digits, which
 * is reversible.
 *
 * <pre>
 * orders        orders
 * Order Items   Order!0020Items
 * ../x          !002e!002e!002fx
 * </pre>
 */
final class TablePaths {
    private static final String SCHEMA = "{schema}";
    private static final String TABLE = "{table}";

    private final String root;
    private final String template;

    /**
     * @param root without a slash at its end
     * @throws IllegalArgumentException if the template can't be used; names the key and the fix
     */
    TablePaths(String root, String template) {
        this.root = root;
        this.template = template;
        String literal = template.replace(SCHEMA, "s").replace(TABLE, "t");
        boolean segments = literal.matches("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*");
        if (!segments || !template.contains(TABLE) || ("/" + literal + "/").contains("/.")) {
            throw new IllegalArgumentException("duet.delta.table is '" + template + "': it must be a relative path of"
                    + " letters, digits, '_', '-', '.' that contains {table} and has no segment that begins with '.'."
                    + " Set it to something like {schema}/{table}.");
        }
    }

    /** The table's full path, such as {@code s3a://lake/cdc/public/orders}. */
    String of(TableId table) {
        return root + "/" + template.replace(SCHEMA, segment(table.schema())).replace(TABLE, segment(table.table()));
    }

    static String segment(String name) {
        StringBuilder safe = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-') {
                safe.append(c);
            } else {
                safe.append('!');
                for (int shift = 12; shift >= 0; shift -= 4) {
                    safe.append(Character.forDigit((c >> shift) & 0xf, 16));
                }
            }
        }
        return safe.isEmpty() ? "!" : safe.toString();
    }
}
