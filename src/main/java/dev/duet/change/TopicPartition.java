package dev.duet.change;

import java.util.Comparator;

/**
 * A partition of a Kafka topic. Duet's own type, so that the core needs no Kafka client.
 *
 * @param topic the topic's name
 * @param partition the partition's number, from 0
 * @param generation how often the operator has accepted another topic under this name: positions of an older generation speak of
 *     other records and don't count
 */
public record TopicPartition(String topic, int partition, int generation) implements Comparable<TopicPartition> {
    private static final Comparator<TopicPartition> ORDER = Comparator.comparing(TopicPartition::topic)
            .thenComparingInt(TopicPartition::partition)
            .thenComparingInt(TopicPartition::generation);

    /** A partition of a topic that was never made again. */
    public TopicPartition(String topic, int partition) {
        this(topic, partition, 0);
    }

    /** By topic, then by number: the order in which all writers lock positions, so that they can't deadlock. */
    @Override
    public int compareTo(TopicPartition other) {
        return ORDER.compare(this, other);
    }

    /** {@code topic-partition}, as Kafka writes it. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
