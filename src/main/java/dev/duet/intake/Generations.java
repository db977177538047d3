package dev.duet.intake;

import dev.duet.change.TopicPartition;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The generation in which each topic is read: what Kafka's partitions are called in the other rooms. Thread-safe. */
@Singleton
final class Generations {
    private final Map<String, Integer> generations = new ConcurrentHashMap<>();

    /** The generation from here on; returns the one before. */
    int set(String topic, int generation) {
        Integer before = generations.put(topic, generation);
        return before == null ? generation : before;
    }

    TopicPartition of(org.apache.kafka.common.TopicPartition partition) {
        return new TopicPartition(
                partition.topic(), partition.partition(), generations.getOrDefault(partition.topic(), 0));
    }

    Set<TopicPartition> of(Collection<org.apache.kafka.common.TopicPartition> partitions) {
        return partitions.stream().map(this::of).collect(Collectors.toSet());
    }
}
