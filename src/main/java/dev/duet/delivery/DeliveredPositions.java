package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Where each partition stands in both sinks together ({@code delivered_next} of {@code duet.position}): all below is durable in
 * both. It is where reading resumes. It may lag behind the truth, which costs reading some records again, and never leads it.
 */
public interface DeliveredPositions {
    /** The stored positions; partitions never delivered are absent. */
    CompletionStage<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions);

    /**
     * Moves the stored positions forward; lower ones than stored are ignored. Fails with {@link PositionMovedException} if these partitions
     * have to be read again from where they are stored.
     */
    CompletionStage<Void> advance(Map<TopicPartition, Long> delivered);

    /** The same, where moving is tried again for as long as the store can't be reached. */
    static DeliveredPositions retrying(DeliveredPositions positions, Retry retry) {
        return new DeliveredPositions() {
            @Override
            public CompletionStage<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions) {
                return positions.read(partitions);
            }

            @Override
            public CompletionStage<Void> advance(Map<TopicPartition, Long> delivered) {
                return retry.run(() -> positions.advance(delivered));
            }
        };
    }
}
