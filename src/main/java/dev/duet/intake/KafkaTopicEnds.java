package dev.duet.intake;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.TopicEnds;
import dev.duet.inspect.UnreachableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;

/** The ends of the change topics, asked with a consumer of its own that belongs to no group. Used by one thread. */
public final class KafkaTopicEnds implements TopicEnds {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** So many records further on there are some for certain: no need to look. */
    private static final long FAR = 10_000;

    private final Pattern topics;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * @param settings the Kafka clients' ({@code kafka.*})
     * @throws IllegalArgumentException if a setting is wrong
     */
    public KafkaTopicEnds(Map<String, Object> settings) {
        this.topics = SourceTopics.subscribed(ConfigProvider.getConfig());
        Map<String, Object> own = new HashMap<>(settings);
        own.remove(ConsumerConfig.GROUP_ID_CONFIG);
        own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
        own.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(LIMIT.toMillis()));
        own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        try {
            this.consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw new IllegalArgumentException(
                    "no Kafka client can be made of the settings kafka.*: " + e.getMessage(), e);
        }
    }

    @Override
    public Map<TopicPartition, Long> ends(TableId table) {
        try {
            Map<String, List<org.apache.kafka.common.PartitionInfo>> all = new HashMap<>(consumer.listTopics());
            all.keySet().removeIf(topic -> !topics.matcher(topic).matches());
            String name = ("." + table.schema() + "." + table.table()).replaceAll("[^a-zA-Z0-9._-]", "_");
            if (all.keySet().stream().anyMatch(topic -> topic.endsWith(name))) {
                all.keySet().removeIf(topic -> !topic.endsWith(name));
            }
            List<org.apache.kafka.common.TopicPartition> partitions = new ArrayList<>();
            all.forEach((topic, infos) -> infos.forEach(
                    info -> partitions.add(new org.apache.kafka.common.TopicPartition(topic, info.partition()))));
            Map<TopicPartition, Long> ends = new HashMap<>();
            consumer.endOffsets(partitions)
                    .forEach((partition, next) ->
                            ends.put(new TopicPartition(partition.topic(), partition.partition()), next));
            return ends;
        } catch (KafkaException e) {
            throw new UnreachableException("Kafka does not tell the ends of the topics: " + e.getMessage());
        }
    }

    @Override
    public boolean holdsRecords(TopicPartition partition, long from, long to) {
        if (to - from > FAR) {
            return true;
        }
        org.apache.kafka.common.TopicPartition asked =
                new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
        try {
            consumer.assign(List.of(asked));
            Long beginning = consumer.beginningOffsets(List.of(asked)).get(asked);
            consumer.seek(asked, Math.max(from, beginning == null ? 0 : beginning));
            long end = System.nanoTime() + LIMIT.toNanos();
            while (consumer.position(asked) < to) {
                if (!consumer.poll(Duration.ofMillis(200)).isEmpty()) {
                    return true;
                }
                if (System.nanoTime() > end) {
                    throw new UnreachableException("Kafka sends nothing of " + partition + " from offset " + from);
                }
            }
            return false;
        } catch (OffsetOutOfRangeException e) {
            return true; // what was there is gone: the service says so itself
        } catch (KafkaException e) {
            throw new UnreachableException("Kafka can't be read: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        consumer.close(Duration.ZERO);
    }
}
