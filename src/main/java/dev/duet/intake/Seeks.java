package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Opening;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Puts the consumer where reading resumes, and refuses where records are missing: offsets that retention has deleted, or a topic
 * that ends before the position. On the polling thread only.
 */
final class Seeks {
    /**
     * @param epochs the partitions that were sought, with their epochs
     * @param nextOffsets where each was sought to
     * @param refused the partitions that can't resume, with the reason
     */
    record Result(
            Map<TopicPartition, Integer> epochs,
            Map<TopicPartition, Long> nextOffsets,
            Map<TopicPartition, String> refused) {}

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Cursors cursors;
    private final String pipeline;

    Seeks(Cursors cursors, String pipeline) {
        this.cursors = cursors;
        this.pipeline = pipeline;
    }

    /**
     * Seeks those of the partitions that are still assigned. Two openings of a partition may be under way at once (a rewind and a
     * rebalance) and end in any order: one that a newer has overtaken is left alone, since what is read in its epoch is dropped.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker does not tell the partitions' bounds
     */
    Result seek(Consumer<?, ?> consumer, Map<TopicPartition, Opening> openings) {
        Map<org.apache.kafka.common.TopicPartition, TopicPartition> byKafka = new HashMap<>();
        openings.keySet().forEach(partition -> byKafka.put(Partitions.toKafka(partition), partition));
        byKafka.keySet().retainAll(consumer.assignment());
        Set<org.apache.kafka.common.TopicPartition> assigned = byKafka.keySet();
        Map<org.apache.kafka.common.TopicPartition, Long> beginnings = consumer.beginningOffsets(assigned);
        Map<org.apache.kafka.common.TopicPartition, Long> ends = consumer.endOffsets(assigned);
        Result result = new Result(new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (org.apache.kafka.common.TopicPartition kafka : assigned) {
            TopicPartition partition = byKafka.get(kafka);
            Opening opening = partition == null ? null : openings.get(partition);
            Long beginning = beginnings.get(kafka);
            Long end = ends.get(kafka);
            if (partition == null
                    || opening == null
                    || beginning == null
                    || end == null
                    || PollEpochs.isOvertaken(kafka, opening.epoch())) {
                continue;
            }
            long next = opening.nextOffset().orElse(beginning);
            if (next < beginning || next > end) {
                consumer.seek(kafka, beginning);
                PollEpochs.leave(kafka);
                result.refused().put(partition, refusal(partition, next, beginning, end));
                continue;
            }
            consumer.seek(kafka, next);
            PollEpochs.set(kafka, opening.epoch(), next);
            cursors.set(partition, opening.epoch(), next);
            result.epochs().put(partition, opening.epoch());
            result.nextOffsets().put(partition, next);
        }
        return result;
    }

    /**
     * Those of the partitions whose next records retention has deleted while they waited to be read, and those that end before their
     * position. The consumer is put where it can read, since otherwise each poll fails for all partitions; what is read there is
     * dropped until the partition is opened anew.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker does not tell the partitions' bounds
     */
    Set<org.apache.kafka.common.TopicPartition> leaveGaps(
            Consumer<?, ?> consumer, Set<org.apache.kafka.common.TopicPartition> partitions) {
        Set<org.apache.kafka.common.TopicPartition> assigned = new HashSet<>(partitions);
        assigned.retainAll(consumer.assignment());
        Set<org.apache.kafka.common.TopicPartition> gaps = new HashSet<>();
        // The end last: the client takes each answer for the last stable offset, and the consumer's own metrics rest on
        // that.
        Map<org.apache.kafka.common.TopicPartition, Long> beginnings = consumer.beginningOffsets(assigned, LIMIT);
        Map<org.apache.kafka.common.TopicPartition, Long> ends = consumer.endOffsets(assigned, LIMIT);
        beginnings.forEach((partition, beginning) -> {
            long position = consumer.position(partition, LIMIT);
            if (position < beginning || position > ends.getOrDefault(partition, Long.MAX_VALUE)) {
                cursors.remove(partition);
                consumer.seek(partition, beginning);
                PollEpochs.leave(partition);
                gaps.add(partition);
            }
        });
        return gaps;
    }

    private String refusal(TopicPartition partition, long next, long beginning, long end) {
        String where = "where pipeline = '" + pipeline + "' and topic = '" + partition.topic() + "' and partition = "
                + partition.partition();
        if (next < beginning) {
            return "offsets " + next + " to " + (beginning - 1) + " of " + partition
                    + " are gone from Kafka (retention) and were never delivered; restore them by a new snapshot, or accept the loss by duet accept-gap "
                    + partition.topic() + ", or by:"
                    + " update duet.position set applied_next = greatest(applied_next, " + beginning
                    + "), delivered_next = " + beginning + " " + where;
        }
        return "the position " + next + " of " + partition + " lies beyond its end " + end
                + ": Kafka has lost records that were delivered (an election of a broker that had not got them). If the whole topic is"
                + " to be delivered again from its beginning, all its partitions, so that the Delta log shows twice what it had: duet adopt-topic "
                + partition.topic() + ", or "
                + TopicIds.newGeneration(pipeline, partition.topic(), null, partition.generation());
    }
}
