package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.util.Map;
import java.util.Set;

/** The side that feeds a {@link Delivery}: the Kafka consumer. Methods return at once and never throw. */
public interface Upstream {
    /** All records below these offsets are durable in both sinks: they may be acknowledged. */
    void delivered(Map<TopicPartition, Long> nextOffsets);

    /**
     * What was accepted of these partitions since the last delivered position is lost: open them again, read from there. Called
     * after a failed write and to try a stopped table again.
     */
    void rewind(Set<TopicPartition> partitions);

    /** These partitions stand still at their delivered position: nothing of them is accepted until a rewind. */
    void stopped(Set<TopicPartition> partitions);
}
