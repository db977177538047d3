package dev.duet.postgres;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.order.Horizon;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What of a batch is to be written.
 *
 * @param steps the positions to move, by topic and partition
 * @param changes the changes that the sink has not got, by table
 * @param orders which of these changes are later than what the mirror holds
 * @param ledgers for each partition of the batch what becomes of its records
 */
record BatchPlan(
        List<Step> steps,
        SortedMap<TableId, List<RowChange>> changes,
        Orders orders,
        Map<TopicPartition, Ledger> ledgers) {

    /**
     * How one position moves.
     *
     * @param expected the stored position before, {@link Held#NONE} if there is none
     * @param first where a new position begins
     * @param next the position after
     * @param read what the stored count of records read grows by; the table refuses a ledger that does not add up to it
     * @param delta what the stored ledger grows by: this batch, and what was skipped since the last write
     * @param delivered the newest known position of both sinks, 0 if none is known
     * @param horizon what the stream has shown up to the position after
     */
    record Step(
            TopicPartition partition,
            long expected,
            long first,
            long next,
            long read,
            Ledger delta,
            long delivered,
            Horizon horizon) {
        boolean isNew() {
            return expected == Held.NONE;
        }
    }

    /** The records that hold the changes of this table, for messages. */
    String where(TableId table) {
        StringBuilder text = new StringBuilder(table.toString()).append(" (");
        List<RowChange> of = changes.getOrDefault(table, List.of());
        for (int i = 0; i < of.size(); i++) {
            TopicPartition partition = of.get(i).partition();
            long from = of.get(i).offset();
            while (i + 1 < of.size() && of.get(i + 1).partition().equals(partition)) {
                i++;
            }
            text.append(text.charAt(text.length() - 1) == '(' ? "" : ", ")
                    .append(partition)
                    .append('@')
                    .append(from);
            text.append("..").append(of.get(i).offset());
        }
        return text.append(')').toString();
    }

    /** The partitions, for messages. */
    String where() {
        return steps.stream()
                .map(step -> step.partition() + "@" + step.expected() + ".." + (step.next() - 1))
                .limit(10)
                .toList()
                .toString();
    }

    /**
     * What the sink remembers of a partition.
     *
     * @param next the stored position, {@link #NONE} if none is stored
     * @param unsavedSkips records skipped since the last write, not yet in the stored ledger
     * @param sent the position that a write of unknown outcome would have left, {@link #NONE} if there is none
     * @param horizon what the stream has shown up to the stored position
     */
    record Held(long next, long unsavedSkips, long sent, Horizon horizon) {
        static final long NONE = -1;
    }
}
