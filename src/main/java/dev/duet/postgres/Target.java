package dev.duet.postgres;

import dev.duet.change.TableSchema;
import java.util.BitSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes of one schema of a source table go, checked against the catalog, with the SQL text for it.
 *
 * @param mirror null if the table is not mirrored
 * @param trail null if the table has no trail
 */
record Target(@Nullable Mirror mirror, @Nullable Trail trail) {

    static final class Mirror {
        final TargetName name;
        final String delete;
        final String truncate;
        final String missing;
        final String disorder;
        final String disorderedTruncate;
        final String rememberDeleted;
        final String removeReturned;
        private final TableSchema schema;
        private final ConcurrentMap<BitSet, String> upserts = new ConcurrentHashMap<>();

        Mirror(TargetName name, TableSchema schema) {
            this.name = name;
            this.schema = schema;
            this.delete = TableSql.delete(name, schema);
            this.truncate = TableSql.truncate(name);
            this.missing = TableSql.missing(name, schema);
            this.disorder = TableSql.disorder(name, schema);
            this.disorderedTruncate = TableSql.disorderedTruncate(name);
            this.rememberDeleted = TableSql.rememberDeleted(schema);
            this.removeReturned = TableSql.removeReturned(name, schema);
        }

        /** The upsert of rows without these columns: as many texts as there are sets of TOAST columns that updates leave alone. */
        String upsert(BitSet unchanged) {
            return upserts.computeIfAbsent(unchanged, mask -> TableSql.upsert(name, schema, mask));
        }
    }

    record Trail(TargetName name, String append) {
        static Trail of(TargetName name, TableSchema schema) {
            return new Trail(name, TableSql.append(name, schema));
        }
    }
}
