package dev.duet.envelope;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.Optional;

/**
 * Where the decoder learns the column types of a table whose records carry no schema: an existing target table, or configuration.
 *
 * <p>Asked on the decoding thread and allowed to block. The decoder remembers answers for a while; what is thrown here passes
 * through {@link DebeziumDecoder#decode}, and the same record may be decoded again.
 */
public interface KnownTables {
    /**
     * The columns of a source table without those that Duet adds, or empty if nobody knows them (yet). The key matters only for
     * records that have none.
     */
    Optional<TableSchema> find(TableId table);

    /**
     * As {@link #find}, for records with schemas that say of a column no more than that it is text (the connector does not propagate its
     * type): the known column may tell. Asked once for each schema; without an answer it is text, so nothing stops here.
     */
    default Optional<TableSchema> hint(TableId table) {
        return find(table);
    }
}
