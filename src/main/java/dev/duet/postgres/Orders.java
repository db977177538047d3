package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.TopicPartition;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which change of a key is the later one. Mostly that is the greater LSN, which the mirror keeps in {@code __lsn} with the epoch in its
 * upper bits. But a snapshot row's LSN is none of its own: a change that was written before it and committed behind it comes later in the
 * stream with a lower LSN. So within a partition the stream's order counts for snapshot rows: a row of a snapshot is later than all before
 * it, and all behind it is later than the row. A dead letter that was sent again is as old as its LSN.
 *
 * <p>A change replaces a row of the mirror whose {@code __lsn} is not above the change's order. Where LSNs rise, the order is the LSN and
 * nothing is allocated. See docs/decisions/5-order.md.
 */
final class Orders {
    private static final int EPOCH_SHIFT = 56; // 72 PB of WAL below it, 127 epochs above

    private final Map<TopicPartition, Long> shifts = new HashMap<>();
    private final IdentityHashMap<RowChange, Long> raised = new IdentityHashMap<>();

    /**
     * Takes the next changes of a partition.
     *
     * @return the horizon behind them
     */
    Horizon take(TopicPartition partition, List<RowChange> changes, Horizon before) {
        long shift = (long) before.epoch() << EPOCH_SHIFT;
        if (shift > 0) {
            shifts.put(partition, shift);
        }
        long snapshotLsn = before.snapshotLsn();
        long maxLsn = before.maxLsn();
        for (RowChange change : changes) {
            if (change.source().late()) {
                continue; // where it stands in the stream says nothing
            }
            long lsn = change.source().lsn() + shift;
            boolean read = change.op() == Op.READ;
            long least = read ? maxLsn : snapshotLsn;
            if (lsn < least) {
                raised.put(change, least);
            }
            if (read) {
                snapshotLsn = Math.max(snapshotLsn, lsn);
            }
            maxLsn = Math.max(maxLsn, lsn);
        }
        return new Horizon(before.epoch(), snapshotLsn, maxLsn);
    }

    /** What {@code __lsn} of the mirror becomes. */
    long lsn(RowChange change) {
        long lsn = change.source().lsn();
        return shifts.isEmpty() ? lsn : lsn + shifts.getOrDefault(change.partition(), 0L);
    }

    /** Rows of the mirror with a greater {@code __lsn} are later than the change. */
    long order(RowChange change) {
        Long order = raised.isEmpty() ? null : raised.get(change);
        return order == null ? lsn(change) : order;
    }

    /** The order if it is not the LSN, else 0. */
    long raised(RowChange change) {
        return raised.isEmpty() ? 0 : raised.getOrDefault(change, 0L);
    }

    /** The copy stands where the change stands. */
    RowChange copied(RowChange change, RowChange copy) {
        long order = raised(change);
        if (order != 0) {
            raised.put(copy, order);
        }
        return copy;
    }

    static int epochOf(long lsn) {
        return (int) (lsn >> EPOCH_SHIFT);
    }
}
