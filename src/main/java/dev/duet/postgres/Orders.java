package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.TopicPartition;
import dev.duet.order.Epochs;
import dev.duet.order.Horizon;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The orders of a write's changes, as {@link Horizon} has them: a change replaces a row of the mirror whose {@code __lsn} is not above the
 * change's order. Where LSNs rise, the order is the LSN and nothing is allocated. See docs/decisions/5-order.md.
 */
final class Orders {
    private final Map<TopicPartition, Long> shifts = new HashMap<>();
    private final IdentityHashMap<RowChange, Long> raised = new IdentityHashMap<>();

    /**
     * Takes the next changes of a partition.
     *
     * @return the horizon behind them
     */
    Horizon take(TopicPartition partition, List<RowChange> changes, Horizon before) {
        long shift = Epochs.shift(before.epoch());
        if (shift > 0) {
            shifts.put(partition, shift);
        }
        Horizon horizon = before;
        for (RowChange change : changes) {
            long lsn = change.source().lsn() + shift;
            boolean read = change.op() == Op.READ;
            boolean late = change.source().late();
            long order = horizon.order(lsn, read, late);
            if (order > lsn) {
                raised.put(change, order);
            }
            horizon = horizon.after(lsn, read, late);
        }
        return horizon;
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
}
