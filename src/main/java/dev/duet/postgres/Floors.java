package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.delivery.RetriableException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * The rows of {@code duet.mirror}, and the floor that a truncate leaves there: rows of the source older than it are gone.
 *
 * <p>Every write locks the rows of its mirror tables, in share mode, or all of them exclusively when it brings a truncate. A truncate
 * may lie in another partition than the rows, and so in another writer's transaction: without the lock a late row could look at the
 * old floor, and be committed after the truncate has deleted what it could see.
 */
final class Floors {
    private static final String HELD = """
            select f.target_schema, f.target_table, f.unsettled_since is not null from duet.mirror f join unnest($1::text[], $2::text[]) as u(s, t)
              on f.target_schema = u.s and f.target_table = u.t
            order by f.target_schema, f.target_table for\s""";
    private static final String SHARE = HELD + "share of f";
    // One mode for all rows of a write, in one order: mixing two statements of different modes could deadlock.
    private static final String EXCLUSIVE = HELD + "update of f";

    private static final String RAISE = """
            update duet.mirror set floor_lsn = $3, floor_ts_ms = $4
            where target_schema = $1 and target_table = $2 and floor_lsn <= $3""";

    private Floors() {}

    /** Locks sent and not yet answered. */
    record Locks(Future<RowSet<Row>> answer, Collection<TargetName> mirrors) {
        /** Those of the mirrors whose deletes have to be remembered. */
        Set<TargetName> unsettled() {
            Set<TargetName> unsettled = new HashSet<>();
            answer.result().forEach(row -> {
                if (row.getBoolean(2)) {
                    unsettled.add(new TargetName(row.getString(0), row.getString(1)));
                }
            });
            return unsettled;
        }

        /** @throws RetriableException if a row is missing: without it the upserts would have dropped all rows */
        void check() {
            if (answer.result().size() != mirrors.size()) {
                throw new RetriableException("duet.mirror no longer has a row for each of " + mirrors
                        + "; nothing was written. The missing rows are made again.");
            }
        }
    }

    static Locks lock(Transactions.Flight flight, SortedMap<TargetName, TableId> mirrors, boolean exclusive) {
        List<TargetName> names = List.copyOf(mirrors.keySet());
        Tuple tuple = Tuple.tuple()
                .addValue(names.stream().map(TargetName::schema).toArray(String[]::new))
                .addValue(names.stream().map(TargetName::table).toArray(String[]::new));
        TableId table = mirrors.size() == 1 ? mirrors.get(mirrors.firstKey()) : null;
        return new Locks(
                flight.ask(table, "locking the floors of " + names, exclusive ? EXCLUSIVE : SHARE, tuple), names);
    }

    static void raise(Transactions.Flight flight, TableId table, TargetName mirror, long lsn, long tsMillis) {
        flight.send(
                table,
                "raising the floor of " + mirror,
                RAISE,
                Tuple.of(mirror.schema(), mirror.table(), lsn, tsMillis));
    }
}
