package dev.duet.postgres;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.PositionMovedException;
import dev.duet.order.Horizon;
import dev.duet.postgres.BatchPlan.Held;
import dev.duet.postgres.BatchPlan.Step;
import dev.duet.postgres.PositionTable.Stored;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What the sink remembers of its partitions, and which of a batch's records follow from it. No I/O.
 *
 * <p>With P the sink's position and a link of [first, next): P &gt;= next, all of it is there already; first &lt;= P &lt; next, what lies below P
 * is; P &lt; first, rows between the two are missing, which no write may pass over. Without a stored position P is the link's first.
 */
final class Positions {
    private final ConcurrentMap<TopicPartition, Held> held = new ConcurrentHashMap<>();
    private final ConcurrentMap<TopicPartition, Long> delivered = new ConcurrentHashMap<>();

    /** Takes what was read from the store in the place of what was remembered; absent means that nothing is stored. */
    void opened(Collection<TopicPartition> partitions, Map<TopicPartition, Stored> stored) {
        for (TopicPartition partition : partitions) {
            Stored row = stored.get(partition);
            Position position = row == null ? null : row.position();
            long next = position == null ? Held.NONE : position.nextOffset();
            Horizon horizon = row == null ? Horizon.NONE : row.horizon();
            held.compute(partition, (p, before) -> new Held(next, unsaved(before, next), Held.NONE, horizon));
            delivered.remove(partition); // the store may have been set back, or an operator has said where to resume
        }
    }

    /** The skips of a write that failed are still unsaved, unless it turns out to have landed. */
    private static long unsaved(@Nullable Held before, long stored) {
        if (before == null || (before.sent() != Held.NONE && stored >= before.sent())) {
            return 0;
        }
        return before.unsavedSkips();
    }

    void closed(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            held.remove(partition);
            delivered.remove(partition);
        });
    }

    /** Remembers what is durable in both sinks; never lowers it. */
    void delivered(Map<TopicPartition, Long> positions) {
        positions.forEach((partition, next) -> delivered.merge(partition, next, Math::max));
    }

    /**
     * @throws PositionMovedException if rows are missing between the sink's position and the batch
     * @throws IllegalStateException if a partition was not opened
     */
    BatchPlan plan(ChangeBatch batch) {
        List<Step> steps = new ArrayList<>();
        SortedMap<TableId, List<RowChange>> tables = new TreeMap<>(Positions::byName);
        Orders orders = new Orders();
        Map<TopicPartition, Ledger> ledgers = new HashMap<>();
        Set<TopicPartition> gaps = new TreeSet<>();
        for (PartitionChanges link : batch.partitions()) {
            Held known = held.get(link.partition());
            if (known == null) {
                throw new IllegalStateException(link.partition() + " is written but was never opened");
            }
            long position = known.next() == Held.NONE ? link.firstOffset() : known.next();
            if (position < link.firstOffset()) {
                gaps.add(link.partition());
            }
            Ledger ledger = ledger(link, position);
            ledger.check(link, "the plan of the transaction");
            ledgers.put(link.partition(), ledger);
            if (position < link.nextOffset()) {
                List<RowChange> changes = link.changesFrom(position);
                collect(changes, tables);
                steps.add(new Step(
                        link.partition(),
                        known.next(),
                        link.firstOffset(),
                        link.nextOffset(),
                        link.read() + known.unsavedSkips(),
                        ledger.plus(new Ledger(0, known.unsavedSkips(), 0, 0)),
                        delivered.getOrDefault(link.partition(), 0L),
                        orders.take(link.partition(), changes, known.horizon())));
            }
        }
        if (!gaps.isEmpty()) {
            throw new PositionMovedException(
                    gaps,
                    "the stored positions of " + gaps
                            + " lie before the batch: rows between them are missing in PostgreSQL"
                            + " (was it restored to an earlier state?). Reading has to resume at the stored positions.");
        }
        steps.sort((a, b) -> a.partition().compareTo(b.partition()));
        return new BatchPlan(steps, tables, orders, ledgers);
    }

    private static int byName(TableId a, TableId b) {
        int bySchema = a.schema().compareTo(b.schema());
        return bySchema != 0 ? bySchema : a.table().compareTo(b.table());
    }

    private static Ledger ledger(PartitionChanges link, long position) {
        return new Ledger(
                link.changesFrom(position).size(),
                link.read() - link.recordsFrom(position),
                link.filtered().countFrom(position),
                link.deadLettered().countFrom(position));
    }

    /** Mostly a partition brings one table, with one schema object: then the map is asked once. */
    private static void collect(List<RowChange> changes, SortedMap<TableId, List<RowChange>> tables) {
        TableSchema last = null;
        List<RowChange> rows = List.of();
        for (RowChange change : changes) {
            if (change.schema() != last) {
                last = change.schema();
                rows = tables.computeIfAbsent(change.table(), t -> new ArrayList<>());
            }
            rows.add(change);
        }
    }

    /** From here on the outcome is unknown until {@link #committed}. */
    void sending(BatchPlan plan) {
        for (Step step : plan.steps()) {
            held.computeIfPresent(
                    step.partition(), (p, h) -> new Held(h.next(), h.unsavedSkips(), step.next(), h.horizon()));
        }
    }

    void committed(BatchPlan plan) {
        for (Step step : plan.steps()) {
            held.computeIfPresent(step.partition(), (p, h) -> new Held(step.next(), 0, Held.NONE, step.horizon()));
        }
        Set<TopicPartition> moved = new TreeSet<>();
        plan.steps().forEach(step -> moved.add(step.partition()));
        plan.ledgers().forEach((partition, ledger) -> {
            if (!moved.contains(partition)) {
                held.computeIfPresent(
                        partition,
                        (p, h) -> new Held(h.next(), h.unsavedSkips() + ledger.skipped(), h.sent(), h.horizon()));
            }
        });
    }
}
