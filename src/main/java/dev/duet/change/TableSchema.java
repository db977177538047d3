package dev.duet.change;

import java.util.List;

/**
 * The columns of a source table at one point of its stream. The decoder hands out the same instance for as long as the table
 * does not change, so that a sink may keep what it prepared for a schema by identity; {@link #equals} compares the content.
 */
public final class TableSchema {
    private final TableId table;
    private final TableId source;
    private final List<Column> columns;
    private final List<Integer> key;
    private final int hash;

    /**
     * @param table the source table
     * @param columns its columns in the source's order
     * @param key the indexes in {@code columns} of the primary key's columns, in key order; empty if the table has no key
     */
    public TableSchema(TableId table, List<Column> columns, List<Integer> key) {
        this(table, table, columns, key);
    }

    /**
     * @param table the name under which the rows go on
     * @param source the source table, which owns the targets of that name: another one can't write to them
     */
    public TableSchema(TableId table, TableId source, List<Column> columns, List<Integer> key) {
        this.table = table;
        this.source = source;
        this.columns = List.copyOf(columns);
        this.key = List.copyOf(key);
        this.hash = 31 * (31 * table.hashCode() + this.columns.hashCode()) + this.key.hashCode();
    }

    /** The name that the targets are named after: the source table's, unless it is routed elsewhere. */
    public TableId table() {
        return table;
    }

    /** The source table. */
    public TableId source() {
        return source;
    }

    /** The columns in the source's order; immutable. */
    public List<Column> columns() {
        return columns;
    }

    /** The indexes of the primary key's columns in key order; empty without a primary key. */
    public List<Integer> key() {
        return key;
    }

    /** The index of the column with this name, or -1. */
    public int indexOf(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof TableSchema that
                        && hash == that.hash
                        && table.equals(that.table)
                        && source.equals(that.source)
                        && columns.equals(that.columns)
                        && key.equals(that.key));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return table + columns.toString() + " key " + key;
    }
}
