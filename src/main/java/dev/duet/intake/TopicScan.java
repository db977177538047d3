package dev.duet.intake;

import dev.duet.inspect.UnreachableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic's committed records between offsets, in no group and committing nothing. */
final class TopicScan {
    private static final Duration POLL = Duration.ofMillis(200);
    /** Without any progress. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private TopicScan() {}

    /** All partitions of a topic, empty if it does not exist. */
    static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        return consumer.listTopics().getOrDefault(topic, List.of()).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** Reads from these offsets up to the ends that there are now, until no more are wanted. */
    static void toEnd(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> from,
            Predicate<ConsumerRecord<byte[], byte[]>> to) {
        consumer.assign(from.keySet());
        from.forEach(consumer::seek);
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(from.keySet()));
        Set<TopicPartition> left = new HashSet<>(from.keySet());
        long progress = System.nanoTime();
        while (true) {
            left.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
            if (left.isEmpty()) {
                return;
            }
            Set<TopicPartition> done = new HashSet<>(from.keySet());
            done.removeAll(left);
            consumer.pause(done);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                progress = System.nanoTime();
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < ends.getOrDefault(partition, 0L) && !to.test(record)) {
                    return;
                }
            }
            if (System.nanoTime() - progress > PATIENCE_NANOS) {
                throw new UnreachableException("Kafka gave no more records of " + left + " for 30 s");
            }
        }
    }

    /** Reads from these offsets on, for as long as records are wanted. */
    static void follow(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> from,
            Predicate<ConsumerRecord<byte[], byte[]>> to) {
        consumer.assign(from.keySet());
        from.forEach(consumer::seek);
        while (true) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (!to.test(record)) {
                    return;
                }
            }
        }
    }
}
