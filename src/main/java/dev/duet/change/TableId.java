package dev.duet.change;

/**
 * A table of the source database.
 *
 * @param schema the source's schema, unquoted, case kept
 * @param table the table's name, unquoted, case kept
 */
public record TableId(String schema, String table) {
    /** {@code schema.table}, for messages only: never put it into SQL or a path without quoting its parts. */
    @Override
    public String toString() {
        return schema + "." + table;
    }
}
