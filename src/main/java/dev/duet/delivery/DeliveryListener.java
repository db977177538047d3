package dev.duet.delivery;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hears what happens in a {@link Delivery}; for meters, health and logs. Called on any thread, must not block or throw. What is
 * not overridden is not heard.
 */
public interface DeliveryListener {
    /**
     * A piece of a partition has been polled and decoded; it is {@link #accepted} next, unless it is dropped because the partition is read
     * anew.
     *
     * @param polled when its records arrived
     * @param traceParents the header {@code traceparent} of each of its records that has one; looked for while it is iterated
     */
    default void decoded(PartitionChanges piece, Instant polled, Iterable<byte[]> traceParents) {}

    /** A sink begins to write a batch. */
    default void writing(String sink, ChangeBatch batch) {}

    /**
     * A piece of a partition is accepted: it will be written by all sinks, unless the partition is read anew. Pieces of a partition follow each
     * other; one that begins before the end of the last is the first of a new reading. Called under the delivery's lock: be quick.
     */
    default void accepted(PartitionChanges link) {}

    /**
     * A sink has written a batch.
     *
     * @param sink the sink's name
     * @param batch what was written
     * @param outcome what became of the records, by partition
     * @param duration from the start of the write, retries included, to its end
     */
    default void written(String sink, ChangeBatch batch, Map<TopicPartition, Ledger> outcome, Duration duration) {}

    /** A write failed for a reason that may pass; it is tried again after the pause. */
    default void retrying(String sink, int attempt, Duration pause, Throwable reason) {}

    /** Writes to this sink work again after at least one retry. */
    default void recovered(String sink, int attempts) {}

    /** Both sinks hold all records below these offsets. */
    default void delivered(Map<TopicPartition, Long> nextOffsets) {}

    /** Another writer has moved the positions; the partitions are read again from where the store says. */
    default void rewound(String sink, Set<TopicPartition> partitions, String reason) {}

    /** The partitions stand still; {@code table} is null if the reason is no single table's. */
    default void stopped(@Nullable TableId table, Set<TopicPartition> partitions, String reason) {}

    /** These partitions are read by this process from these offsets on; what was said of them before is void. */
    default void started(Map<TopicPartition, Long> nextOffsets) {}

    /**
     * The offsets that the next records of these partitions will get, as the brokers say: how far there is to go. What lies behind an open
     * transaction counts.
     */
    default void endsAt(Map<TopicPartition, Long> endOffsets) {}

    /** How far the consumer has come in these partitions. */
    default void readTo(Map<TopicPartition, ReadTo> readTo) {}

    /** The transactions that have been open for so long that somebody should look, and no others. Told again while they last. */
    default void openTransactions(Map<TopicPartition, OpenTransaction> open) {}

    /** An operator has paused these partitions of this process, and no others: they are not read. */
    default void paused(Set<TopicPartition> partitions) {}

    /** Kafka does not answer: nothing new can be read. Told again while it lasts. */
    default void sourceLost(String reason) {}

    /** Kafka answers again. */
    default void sourceBack() {}

    /**
     * Reading from Kafka has ended by a failure: nothing is read until a new consumer has joined the group, which is tried after the pause.
     *
     * @param attempt counts from 1 as long as no consumer reads for a while
     */
    default void readingEnded(int attempt, Duration pause, String reason) {}

    /** Another process has taken this one's place in the consumer group: nothing is read until that one has left. */
    default void readingFenced(String reason) {}

    /** A consumer reads again. */
    default void readingBegun() {}

    /** The schema registry does not answer: records in Avro wait, and so does all that was polled with them. It is asked again. */
    default void registryLost(int attempt, Duration pause, String reason) {}

    /** The schema registry answers again. */
    default void registryBack() {}

    /**
     * The connector that sends the events does not run, or nobody knows.
     *
     * @param reason which one, and how it is
     * @param advice what to do
     */
    default void connectorLost(String reason, String advice) {}

    /** The connector runs again. */
    default void connectorBack() {}

    /** The memory of the changes that are accepted and not yet in both sinks. */
    default void buffered(long bytes) {}

    /** These partitions belong to somebody else now. */
    default void revoked(Set<TopicPartition> partitions) {}
}
