package dev.duet.inspect;

import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.BitSet;
import java.util.List;

/** The mirrors in PostgreSQL. Reads only. Methods block and must not be called on an event loop; failures as {@link ChangeLogs}. */
public interface Mirrors {
    /** The source tables that have a mirror of this pipeline. */
    List<TableId> tables();

    /** The columns and the primary key of a mirror, without Duet's own columns. */
    TableSchema schema(TableId table);

    /**
     * Some current rows of a mirror, in no order.
     *
     * @param limit how many at most
     */
    void sample(TableId table, int limit, Rows to);

    /** Whether the table has got rows, or a truncate, from a source: not all that it holds was imported. */
    boolean isFedBySource(TableId table);

    /**
     * Which of these rows the mirror holds exactly so, by their index.
     *
     * @param schema as {@link #schema} gave it
     * @param rows some thousand at most, in the schema's columns
     */
    BitSet same(TableSchema schema, List<Row> rows);
}
