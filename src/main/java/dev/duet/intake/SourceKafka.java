package dev.duet.intake;

import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.UnreachableException;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the brokers know of the source topics and of the pipeline's group. Asks only. Methods block. */
@Singleton
@Unremovable
public class SourceKafka {
    private static final long LIMIT_SECONDS = 20;

    private final KafkaClients clients;
    private final Config config;
    private final String group;

    SourceKafka(
            KafkaClients clients,
            Config config,
            @ConfigProperty(name = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id") String group) {
        this.clients = clients;
        this.config = config;
        this.group = group;
    }

    /**
     * The offsets of a partition.
     *
     * @param first the first one that is there
     * @param end behind the last one
     */
    public record Bounds(long first, long end) {}

    /**
     * A topic as it is now.
     *
     * @param id Kafka's id of it
     */
    public record Topic(String name, String id, Map<Integer, Bounds> partitions) {}

    /** The topics that are read and that exist. */
    public List<String> topics() {
        Pattern wanted = SourceTopics.subscribed(config);
        return ask(admin -> admin.listTopics().names(), "listing the topics").stream()
                .filter(topic -> wanted.matcher(topic).matches())
                .sorted()
                .toList();
    }

    /** @throws NotFoundException if there is no such topic */
    public Topic topic(String name) {
        try (Admin admin = clients.admin()) {
            TopicDescription description = await(
                            admin.describeTopics(List.of(name)).allTopicNames(), "describing topic " + name)
                    .get(name);
            if (description == null) {
                throw new NotFoundException("there is no topic " + name);
            }
            List<TopicPartition> partitions = description.partitions().stream()
                    .map(info -> new TopicPartition(name, info.partition()))
                    .toList();
            Map<Integer, Long> first = offsets(admin, partitions, OffsetSpec.earliest());
            Map<Integer, Long> end = offsets(admin, partitions, OffsetSpec.latest());
            Map<Integer, Bounds> bounds = new TreeMap<>();
            first.forEach((partition, offset) ->
                    bounds.put(partition, new Bounds(offset, end.getOrDefault(partition, offset))));
            return new Topic(name, description.topicId().toString(), bounds);
        } catch (KafkaException e) {
            throw unreachable("asking for topic " + name, e);
        }
    }

    /** For each partition the first offset whose record is of this time or later; the end where there is none. */
    public Map<Integer, Long> offsetsAt(Topic topic, Instant time) {
        List<TopicPartition> partitions = topic.partitions().keySet().stream()
                .map(partition -> new TopicPartition(topic.name(), partition))
                .toList();
        try (Admin admin = clients.admin()) {
            Map<Integer, Long> found = offsets(admin, partitions, OffsetSpec.forTimestamp(time.toEpochMilli()));
            found.replaceAll((partition, offset) -> offset >= 0
                    ? offset
                    : topic.partitions()
                            .getOrDefault(partition, new Bounds(0, 0))
                            .end());
            return found;
        } catch (KafkaException e) {
            throw unreachable("asking for offsets of topic " + topic.name(), e);
        }
    }

    /** How many instances of the pipeline are members of its group now. */
    public int instances() {
        try {
            return ask(admin -> admin.describeConsumerGroups(List.of(group)).all(), "describing group " + group)
                    .values()
                    .stream()
                    .mapToInt(description -> description.members().size())
                    .sum();
        } catch (NotFoundException e) {
            return 0;
        }
    }

    private static Map<Integer, Long> offsets(Admin admin, List<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec));
        Map<Integer, Long> offsets = new TreeMap<>();
        await(admin.listOffsets(asked).all(), "listing offsets")
                .forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
    }

    private <T> T ask(Function<Admin, KafkaFuture<T>> question, String doing) {
        try (Admin admin = clients.admin()) {
            return await(question.apply(admin), doing);
        } catch (KafkaException e) {
            throw unreachable(doing, e);
        }
    }

    static <T> T await(KafkaFuture<T> answer, String doing) {
        try {
            return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof UnknownTopicOrPartitionException || cause instanceof GroupIdNotFoundException) {
                throw new NotFoundException(doing + ": it does not exist (" + cause.getMessage() + ")");
            }
            throw unreachable(doing, cause);
        } catch (TimeoutException e) {
            throw unreachable(doing, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(doing, e);
        }
    }

    static UnreachableException unreachable(String doing, Throwable failure) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            messages.add(String.valueOf(cause.getMessage()));
        }
        return new UnreachableException("Kafka does not answer while " + doing + ": " + String.join(": ", messages));
    }
}
