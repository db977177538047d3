package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Tells how far there is to go, from what the consumer knows of its last fetch: no request of its own, unless partitions are paused, of
 * which nothing is fetched.
 */
final class EndOffsets {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private EndOffsets() {}

    /** On the polling thread. */
    static void tell(
            Consumer<?, ?> consumer,
            Set<org.apache.kafka.common.TopicPartition> paused,
            Generations generations,
            DeliveryListener listener) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        Set<TopicPartition> atEnd = new HashSet<>();
        for (org.apache.kafka.common.TopicPartition partition : consumer.assignment()) {
            OptionalLong lag = consumer.currentLag(partition);
            if (lag.isPresent()) {
                ends.put(generations.of(partition), consumer.position(partition) + lag.getAsLong());
                if (lag.getAsLong() == 0) {
                    atEnd.add(generations.of(partition));
                }
            }
        }
        Set<org.apache.kafka.common.TopicPartition> unread = new HashSet<>(paused);
        unread.retainAll(consumer.assignment());
        if (!unread.isEmpty()) {
            consumer.endOffsets(unread, LIMIT).forEach((partition, end) -> ends.put(generations.of(partition), end));
        }
        listener.endsAt(ends);
        listener.atEnd(atEnd);
    }
}
