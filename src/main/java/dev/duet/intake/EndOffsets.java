package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;

/** Tells how far there is to go, from what the consumer knows of its last fetch: no request of its own. */
final class EndOffsets {
    private EndOffsets() {}

    /** On the polling thread. */
    static void tell(Consumer<?, ?> consumer, Generations generations, DeliveryListener listener) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (org.apache.kafka.common.TopicPartition partition : consumer.assignment()) {
            OptionalLong lag = consumer.currentLag(partition);
            if (lag.isPresent()) {
                ends.put(generations.of(partition), consumer.position(partition) + lag.getAsLong());
            }
        }
        listener.endsAt(ends);
    }
}
