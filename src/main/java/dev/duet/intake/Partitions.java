package dev.duet.intake;

import dev.duet.change.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** Duet's names of partitions to Kafka's; {@link Generations} knows the way back. */
final class Partitions {
    private Partitions() {}

    static org.apache.kafka.common.TopicPartition toKafka(TopicPartition partition) {
        return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
    }

    static Set<String> topics(Collection<org.apache.kafka.common.TopicPartition> partitions) {
        return partitions.stream()
                .map(org.apache.kafka.common.TopicPartition::topic)
                .collect(Collectors.toSet());
    }

    static Set<org.apache.kafka.common.TopicPartition> ofTopic(
            Collection<org.apache.kafka.common.TopicPartition> partitions, String topic) {
        return partitions.stream()
                .filter(partition -> partition.topic().equals(topic))
                .collect(Collectors.toSet());
    }

    static Set<org.apache.kafka.common.TopicPartition> toKafka(Collection<TopicPartition> partitions) {
        return partitions.stream().map(Partitions::toKafka).collect(Collectors.toSet());
    }

    static Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> toKafka(
            Map<TopicPartition, Long> nextOffsets) {
        Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        nextOffsets.forEach((partition, next) -> offsets.put(toKafka(partition), new OffsetAndMetadata(next)));
        return offsets;
    }
}
