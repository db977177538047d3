package dev.duet.postgres;

import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
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
        private final SchemaPolicy policy;
        private final AtomicReference<SourceColumns> columns;
        private final ConcurrentMap<Columns, String> upserts = new ConcurrentHashMap<>();
        private @Nullable SourceColumns departuresOf;
        private List<Departure> departures = List.of();

        /** @param columns what is known of the mirror, which later schemas change */
        Mirror(TargetName name, TableSchema schema, SchemaPolicy policy, AtomicReference<SourceColumns> columns) {
            this.name = name;
            this.schema = schema;
            this.policy = policy;
            this.columns = columns;
            this.delete = TableSql.delete(name, schema);
            this.truncate = TableSql.truncate(name);
            this.missing = TableSql.missing(name, schema);
            this.disorder = TableSql.disorder(name, schema);
            this.disorderedTruncate = TableSql.disorderedTruncate(name);
            this.rememberDeleted = TableSql.rememberDeleted(schema);
            this.removeReturned = TableSql.removeReturned(name, schema);
        }

        private record Columns(BitSet unchanged, List<String> nulled) {}

        /**
         * The upsert of rows without these columns: as many texts as there are sets of TOAST columns that updates leave alone.
         *
         * @param nulled the mirror's columns that the source has dropped
         */
        String upsert(BitSet unchanged, List<String> nulled) {
            return upserts.computeIfAbsent(
                    new Columns(unchanged, nulled), of -> TableSql.upsert(name, schema, of.unchanged(), of.nulled()));
        }

        /** The mirror's columns that are null after a change of this schema at this LSN, because the source has dropped them. */
        List<String> nulledAt(long lsn) {
            List<Departure> all = departures();
            return all.isEmpty()
                    ? List.of()
                    : all.stream()
                            .filter(departure -> departure.isNulledAt(lsn))
                            .map(Departure::column)
                            .toList();
        }

        /** Why a change of this schema at this LSN is not to be written, because the source has changed before it; null if it is. */
        @Nullable
        TableStoppedException refusalAt(long lsn) {
            for (Departure departure : departures()) {
                TableStoppedException refusal = departure.refusal(schema.table(), name, policy, lsn);
                if (refusal != null) {
                    return refusal;
                }
            }
            return null;
        }

        private synchronized List<Departure> departures() {
            SourceColumns now = Objects.requireNonNull(columns.get());
            if (now != departuresOf) {
                departures = now.departures(schema);
                departuresOf = now;
            }
            return departures;
        }
    }

    record Trail(TargetName name, String append) {
        static Trail of(TargetName name, TableSchema schema) {
            return new Trail(name, TableSql.append(name, schema));
        }
    }
}
