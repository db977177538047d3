package dev.duet.postgres;

import dev.duet.change.ChangeBatch;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.TableStoppedException;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** A batch brings changes in {@link Disorder}; nothing of it was written. */
final class BrokenOrder extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient TableId table;
    private final transient SortedMap<TopicPartition, Long> boundaries;
    private final int epoch;

    /**
     * @param boundaries for each partition concerned the offset of its first such change
     * @param epoch of what stands against them
     */
    BrokenOrder(TableId table, SortedMap<TopicPartition, Long> boundaries, int epoch) {
        super("the order of " + table + " is broken at " + boundaries);
        this.table = table;
        this.boundaries = boundaries;
        this.epoch = epoch;
    }

    /** What of the batch can be written, so that each partition concerned stands at its boundary. */
    ChangeBatch before(ChangeBatch batch) {
        return new ChangeBatch(batch.partitions().stream()
                .filter(link -> boundaries.containsKey(link.partition()))
                .map(link -> link.until(boundaries.getOrDefault(link.partition(), link.firstOffset())))
                .filter(link -> link.nextOffset() > link.firstOffset())
                .toList());
    }

    /** Why the table stops, and the statement with which it goes on. */
    TableStoppedException stop(String pipeline) {
        String rows = boundaries.entrySet().stream()
                .map(entry -> "(" + literal(pipeline) + ", "
                        + literal(entry.getKey().topic()) + ", "
                        + entry.getKey().partition() + ", " + entry.getKey().generation() + ", " + entry.getValue()
                        + ", " + entry.getValue() + ", 0, 0, 0, 0, 0, now(), " + (epoch + 1) + ")")
                .collect(Collectors.joining(", "));
        String where = boundaries.entrySet().stream()
                .map(entry -> entry.getKey() + "@" + entry.getValue())
                .collect(Collectors.joining(", "));
        return new TableStoppedException(
                table,
                "the source committed changes of " + table + " (" + where
                        + ") later than what the mirror holds, yet their"
                        + " LSNs are lower. All before them is written, nothing from them on. Either the source's clock was set"
                        + " back and old records came again: then raise duet.postgres.clock-tolerance above that step. Or the"
                        + " source was restored or moved, so that its LSNs began anew: then it goes on after: insert into"
                        + " duet.position (pipeline, topic, partition, generation, applied_next, delivered_next, read, applied, skipped, filtered,"
                        + " dead_lettered, updated_at, epoch) values " + rows
                        + " on conflict (pipeline, topic, partition) do"
                        + " update set epoch = excluded.epoch where position.applied_next = excluded.applied_next"
                        + " or position.generation < excluded.generation");
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
