package dev.duet.delivery;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Which topic a name stood for when its positions began ({@code duet.topic}). A topic that is deleted and made again has another id:
 * its offsets say nothing about the old positions.
 */
public interface TopicIdentities {
    /**
     * What is stored of a topic.
     *
     * @param id the id that the broker gave it
     * @param generation see {@link dev.duet.change.TopicPartition}
     */
    record Identity(String id, int generation) {}

    /**
     * Stores the ids of topics that this pipeline meets for the first time; those that are stored stay as they are.
     *
     * @param ids the ids that the topics have now, by name
     * @return what is stored, for each of these names. Fails with {@link RetriableException} if the store can't be reached
     */
    CompletionStage<Map<String, Identity>> remember(Map<String, String> ids);

    /** The same, tried again for as long as the store can't be reached. */
    static TopicIdentities retrying(TopicIdentities identities, Retry retry) {
        return ids -> retry.run(() -> identities.remember(ids));
    }
}
