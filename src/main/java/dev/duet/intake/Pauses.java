package dev.duet.intake;

import dev.duet.delivery.Extent;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What an operator has paused: the word about a partition counts before that about its topic, and that before the one about all. Thread-safe. */
final class Pauses {
    private boolean all;
    private final Map<String, Boolean> topics = new HashMap<>();
    private final Map<TopicPartition, Boolean> partitions = new HashMap<>();

    /** A later word about more replaces the earlier ones about less. */
    synchronized void set(Extent extent, boolean paused) {
        switch (extent) {
            case Extent.All ignored -> {
                all = paused;
                topics.clear();
                partitions.clear();
            }
            case Extent.Topics of ->
                of.topics().forEach(topic -> {
                    partitions.keySet().removeIf(partition -> partition.topic().equals(topic));
                    topics.put(topic, paused);
                });
            case Extent.Partition of -> partitions.put(new TopicPartition(of.topic(), of.partition()), paused);
        }
    }

    synchronized boolean hold(TopicPartition partition) {
        Boolean own = partitions.get(partition);
        return own != null ? own : topics.getOrDefault(partition.topic(), all);
    }
}
