package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.Opening;
import jakarta.inject.Provider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Opens partitions: looks which topics these are, then where the sinks stand in them. */
final class Openings {
    /**
     * @param openings the partitions that may be read
     * @param refused those that may not, with the reason
     */
    record Opened(Map<TopicPartition, Opening> openings, Map<TopicPartition, String> refused) {}

    private final Provider<Delivery> delivery;
    private final TopicIds topics;
    private final Generations generations;

    Openings(Provider<Delivery> delivery, TopicIds topics, Generations generations) {
        this.delivery = delivery;
        this.topics = topics;
        this.generations = generations;
    }

    /**
     * Opens these partitions and, if the operator has accepted another topic since, all that are assigned of it.
     *
     * @param assigned the partitions that this process reads
     * @param renewed is told the partitions of a topic that enters a new generation, before they are opened
     */
    CompletionStage<Opened> open(
            Set<org.apache.kafka.common.TopicPartition> partitions,
            Set<org.apache.kafka.common.TopicPartition> assigned,
            Consumer<Set<org.apache.kafka.common.TopicPartition>> renewed) {
        return topics.identify(Partitions.topics(partitions)).thenCompose(found -> {
            Set<org.apache.kafka.common.TopicPartition> readable = new HashSet<>(partitions);
            found.generations().forEach((topic, generation) -> {
                Set<org.apache.kafka.common.TopicPartition> all = Partitions.ofTopic(assigned, topic);
                if (enter(topic, generation, all)) {
                    renewed.accept(all);
                    readable.addAll(all);
                }
            });
            Map<TopicPartition, String> refused = new HashMap<>();
            found.refused().forEach((topic, reason) -> {
                Set<org.apache.kafka.common.TopicPartition> of = Partitions.ofTopic(readable, topic);
                readable.removeAll(of);
                generations.of(of).forEach(partition -> refused.put(partition, reason));
            });
            return delivery.get().open(generations.of(readable)).thenApply(openings -> new Opened(openings, refused));
        });
    }

    /** What was read of the topic in an older generation is void; true if this is a new one. */
    private boolean enter(String topic, int generation, Set<org.apache.kafka.common.TopicPartition> all) {
        Set<TopicPartition> old = generations.of(all);
        if (generations.set(topic, generation) == generation) {
            return false;
        }
        delivery.get().revoke(old);
        return true;
    }
}
