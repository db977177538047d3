package dev.duet.delta;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.TableStoppedException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where this writer left each table in each of its partitions, since they were opened. Thread-safe.
 *
 * <p>The invariant that it keeps: a table's position moves only from where this writer last read or left it. A position that shows
 * anything else was moved by another writer, or the table was set back or deleted; then nothing is written.
 */
final class KnownPositions {
    private final Map<TableId, Map<TopicPartition, Optional<StoredPosition>>> tables = new ConcurrentHashMap<>();

    private final Map<TopicPartition, Long> passed = new ConcurrentHashMap<>();

    /** The highest positions ever seen, kept when partitions are opened anew: a table never goes back by itself. */
    private final Map<TableId, Map<TopicPartition, Long>> highest = new ConcurrentHashMap<>();

    private final String pipeline;

    KnownPositions(String pipeline) {
        this.pipeline = pipeline;
    }

    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(passed::remove);
        tables.values().forEach(known -> known.keySet().removeAll(Set.copyOf(partitions)));
    }

    /** The link has been written, or there was nothing in it to write. */
    void passed(PartitionChanges link) {
        passed.merge(link.partition(), link.nextOffset(), Math::max);
    }

    /**
     * A table's position can't tell whether records are missing before a link: it stands wherever the table's last change was. But
     * the links since a partition was opened form a chain.
     *
     * @throws PositionMovedException if one begins behind the end of the one before
     */
    void checkChain(ChangeBatch batch) {
        Set<TopicPartition> broken = new TreeSet<>();
        for (PartitionChanges link : batch.partitions()) {
            Long next = passed.get(link.partition());
            if (next != null && link.firstOffset() > next) {
                broken.add(link.partition());
            }
        }
        if (!broken.isEmpty()) {
            throw new PositionMovedException(
                    broken,
                    "Delta: the batch does not begin where the one before ended in " + broken
                            + ". Records between are missing, so nothing was written; the positions are read again.");
        }
    }

    /**
     * The links of a table that was set back (a copy of the folder was put back, say) must begin where its positions are now: the rows
     * between would be lost.
     *
     * @throws TableStoppedException if they don't
     */
    void checkNotSetBack(
            TableId table, String where, Collection<TableShare.Link> links, Map<TopicPartition, StoredPosition> shown) {
        Map<TopicPartition, Long> high = highest.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
        for (TableShare.Link link : links) {
            StoredPosition position = shown.get(link.partition());
            long next = position == null ? 0 : position.next();
            long before = high.getOrDefault(link.partition(), 0L);
            if (next < before && next < link.firstOffset()) {
                throw setBack(table, where, link.partition(), before, next);
            }
            high.put(link.partition(), next);
        }
    }

    /** The table is new: what was known of one that it replaces counts no longer. */
    void created(TableId table) {
        highest.remove(table);
    }

    private TableStoppedException setBack(
            TableId table, String where, TopicPartition partition, long before, long next) {
        return new TableStoppedException(
                table,
                where + ": the position of " + partition + " went back from " + before + " to " + next
                        + ": the table was set back to an earlier state. The rows between would be missing, so nothing"
                        + " was written. It goes on, and fills the gap from Kafka, after: update duet.position set"
                        + " delivered_next = least(delivered_next, " + next + ") where pipeline = '"
                        + pipeline.replace("'", "''") + "' and topic = '" + partition.topic() + "' and partition = "
                        + partition.partition() + ". To go on without these rows restart Duet.");
    }

    /** Takes over what the table shows in partitions that nothing was known of yet. */
    void learn(TableId table, Collection<TopicPartition> partitions, Map<TopicPartition, StoredPosition> shown) {
        Map<TopicPartition, Optional<StoredPosition>> known = known(table);
        for (TopicPartition partition : partitions) {
            known.putIfAbsent(partition, Optional.ofNullable(shown.get(partition)));
        }
    }

    /** This writer has moved the table there. */
    void moved(TableId table, Map<TopicPartition, StoredPosition> moved) {
        Map<TopicPartition, Optional<StoredPosition>> known = known(table);
        Map<TopicPartition, Long> high = highest.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
        moved.forEach((partition, position) -> {
            known.put(partition, Optional.of(position));
            high.put(partition, position.next());
        });
    }

    /** @throws PositionMovedException if the table shows another position than the known one */
    void check(
            TableId table,
            String where,
            Collection<TopicPartition> partitions,
            Map<TopicPartition, StoredPosition> shown) {
        Map<TopicPartition, Optional<StoredPosition>> known = tables.getOrDefault(table, Map.of());
        Set<TopicPartition> moved = new TreeSet<>();
        for (TopicPartition partition : partitions) {
            Optional<StoredPosition> expected = known.get(partition);
            if (expected != null && !expected.equals(Optional.ofNullable(shown.get(partition)))) {
                moved.add(partition);
            }
        }
        if (!moved.isEmpty()) {
            throw moved(where, moved);
        }
    }

    static PositionMovedException moved(String where, Set<TopicPartition> partitions) {
        return new PositionMovedException(
                partitions,
                where + ": the positions of " + partitions
                        + " are not where this writer left them. Another writer has taken"
                        + " these partitions over, or the table was restored or deleted. Nothing was written; the"
                        + " positions are read again.");
    }

    private Map<TopicPartition, Optional<StoredPosition>> known(TableId table) {
        return tables.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
    }
}
