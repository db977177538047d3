package dev.duet.intake;

import dev.duet.change.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** Kafka's names of partitions to Duet's and back. */
final class Partitions {
    private Partitions() {}

    static TopicPartition of(org.apache.kafka.common.TopicPartition partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }

    static Set<TopicPartition> of(Collection<org.apache.kafka.common.TopicPartition> partitions) {
        return partitions.stream().map(Partitions::of).collect(Collectors.toSet());
    }

    static org.apache.kafka.common.TopicPartition toKafka(TopicPartition partition) {
        return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
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
