package dev.duet.delivery;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * How many partitions the topics had when they were last looked at. When a topic gets more, a key's older changes may lie unread in
 * another partition than its delete: from then on deletes are remembered, so that those changes can't bring the row back.
 */
public interface PartitionCounts {
    /**
     * Stores the numbers. Of a topic that is not stored nothing is known, and nothing happens.
     *
     * @param partitions the number of each topic now
     * @return completes when what is written from now on follows from it. Fails with {@link RetriableException} if the store can't be
     *     reached
     */
    CompletionStage<Void> seen(Map<String, Integer> partitions);

    /** The same, tried again for as long as the store can't be reached. */
    static PartitionCounts retrying(PartitionCounts counts, Retry retry) {
        return partitions -> retry.run(() -> counts.seen(partitions));
    }
}
