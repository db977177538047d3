package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.TopicPartition;
import dev.duet.order.ClockTolerance;
import dev.duet.order.Epochs;
import dev.duet.order.Precedence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one table that are older than what the mirror holds by their LSN, and newer by the source's clock. In one life of a
 * source no key can have such changes, since a row's lock makes both rise: its LSNs have begun anew, or its clock was set back.
 */
final class Disorder {
    /** What stands against a change. */
    record Held(long lsn, long tsMillis) {}

    private final ClockTolerance tolerance;
    private final Map<Object, Held> rows = new HashMap<>();
    private final List<RowChange> truncates = new ArrayList<>();
    private @Nullable Held floor;
    private int epoch;

    Disorder(ClockTolerance tolerance) {
        this.tolerance = tolerance;
    }

    /** The change is stale beside this version of its row. */
    void stale(RowChange change, long heldLsn, long heldTsMillis) {
        if (tolerance.isLater(change.source().tsMillis(), heldTsMillis)) {
            row(change, heldLsn, heldTsMillis);
        }
    }

    /** The row stands against the change. */
    void row(RowChange change, long heldLsn, long heldTsMillis) {
        rows.merge(RowKey.of(change), new Held(heldLsn, heldTsMillis), (a, b) -> a.lsn() >= b.lsn() ? a : b);
        epoch = Math.max(epoch, Epochs.of(heldLsn));
    }

    /** The last truncate stands against some change. */
    void floor(long heldLsn, long heldTsMillis) {
        floor = new Held(heldLsn, heldTsMillis);
        epoch = Math.max(epoch, Epochs.of(heldLsn));
    }

    /** Something stands against this truncate. */
    void truncate(RowChange change, long heldLsn) {
        truncates.add(change);
        epoch = Math.max(epoch, Epochs.of(heldLsn));
    }

    boolean isEmpty() {
        return rows.isEmpty() && floor == null && truncates.isEmpty();
    }

    /** The greatest epoch of what stands against the changes. */
    int epoch() {
        return epoch;
    }

    /** For each partition concerned the offset of the first change that something stands against. */
    SortedMap<TopicPartition, Long> boundaries(List<RowChange> changes, Orders orders) {
        SortedMap<TopicPartition, Long> first = new TreeMap<>();
        truncates.forEach(change -> first.merge(change.partition(), change.offset(), Math::min));
        for (RowChange change : changes) {
            if (change.op() != Op.TRUNCATE
                    && (contradicts(change, rows.get(RowKey.of(change)), orders)
                            || (change.op() != Op.READ && contradicts(change, floor, orders)))) {
                first.merge(change.partition(), change.offset(), Math::min);
            }
        }
        return first;
    }

    private boolean contradicts(RowChange change, @Nullable Held held, Orders orders) {
        return held != null
                && !Precedence.replaces(orders.order(change), held.lsn())
                && tolerance.isLater(change.source().tsMillis(), held.tsMillis());
    }
}
