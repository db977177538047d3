package dev.duet.intake;

import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.PartitionCounts;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TopicIdentities;
import dev.duet.delivery.TopicIdentities.Identity;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Whether the topics are still those that the stored positions speak of, by Kafka's topic ids; and with that, whether Kafka answers.
 * Nothing here blocks. Brokers that know no topic ids (before 2.8) tell none: then a topic made again is not noticed.
 */
@Singleton
final class TopicIds implements GroupMembers {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final int LIMIT_MILLIS = 5000;

    /**
     * What came of looking at topics.
     *
     * @param generations the stored generation of each topic
     * @param refused the topics that are others than those of the positions, with the reason
     */
    record Result(Map<String, Integer> generations, Map<String, String> refused) {}

    /**
     * @param existing the partitions whose topics exist
     * @param others those of them whose topics are others than when they were opened
     */
    record Look(Set<TopicPartition> existing, Set<TopicPartition> others) {}

    private final KafkaClientService clients;
    private final TopicIdentities stored;
    private final PartitionCounts counts;
    private final DeliveryListener listener;
    private final String pipeline;
    /** The ids under which the topics are read. */
    private final Map<String, String> opened = new ConcurrentHashMap<>();
    /** How many partitions the topics have, as far as that is stored. */
    private final Map<String, Integer> counted = new ConcurrentHashMap<>();
    /** The same, as the broker told last. */
    private final Map<String, Integer> described = new ConcurrentHashMap<>();

    private final AtomicBoolean counting = new AtomicBoolean();

    private @Nullable Admin admin;
    private boolean lost;

    TopicIds(
            KafkaClientService clients,
            TopicIdentities stored,
            PartitionCounts counts,
            DeliveryListener listener,
            @ConfigProperty(name = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id") String pipeline) {
        this.clients = clients;
        this.stored = stored;
        this.counts = counts;
        this.listener = listener;
        this.pipeline = pipeline;
    }

    /** Compares the topics' ids with the stored ones, and stores those of new topics. Fails if Kafka or the store does not answer. */
    CompletionStage<Result> identify(Set<String> topics) {
        return describe(topics).thenCompose(now -> {
            for (String topic : topics) {
                if (!now.containsKey(topic)) {
                    throw new RetriableException("topic " + topic + " does not exist at the moment");
                }
            }
            return stored.remember(now).thenCompose(known -> count(topics).thenApply(done -> compare(now, known)));
        });
    }

    /** Stores how many partitions these topics have, where that is new. */
    private CompletionStage<Void> count(Set<String> topics) {
        Map<String, Integer> news = new HashMap<>(described);
        news.keySet().retainAll(topics);
        news.entrySet().removeAll(counted.entrySet());
        return news.isEmpty()
                ? CompletableFuture.completedStage(null)
                : counts.seen(news).thenAccept(done -> counted.putAll(news));
    }

    /** Without anybody waiting for it; one at a time, since it is tried again for as long as the store can't be reached. */
    private void countBeside(Set<String> topics) {
        if (counting.compareAndSet(false, true)) {
            var unused = count(topics).whenComplete((done, failure) -> counting.set(false));
        }
    }

    @Override
    public CompletionStage<Boolean> has(String instanceId) {
        try {
            return stage(admin().describeConsumerGroups(
                                    Set.of(pipeline), new DescribeConsumerGroupsOptions().timeoutMs(LIMIT_MILLIS))
                            .all())
                    .thenApply(groups -> groups.values().stream()
                            .flatMap(group -> group.members().stream())
                            .anyMatch(member -> member.groupInstanceId()
                                    .filter(instanceId::equals)
                                    .isPresent()));
        } catch (RuntimeException e) { // no client: a wrong setting
            return CompletableFuture.failedStage(e);
        }
    }

    /** Looks at the topics while they are read, and tells the listener whether Kafka answers; fails if not. */
    CompletionStage<Look> look(Set<TopicPartition> partitions) {
        return describe(Partitions.topics(partitions))
                .thenApply(now -> {
                    countBeside(now.keySet());
                    Look look = new Look(new HashSet<>(partitions), new HashSet<>());
                    look.existing().removeIf(partition -> !now.containsKey(partition.topic()));
                    look.others().addAll(look.existing());
                    look.others().removeIf(partition -> {
                        String id = now.get(partition.topic());
                        return id == null || id.equals(opened.getOrDefault(partition.topic(), id));
                    });
                    return look;
                })
                .whenComplete((look, failure) -> tell(failure));
    }

    /** The statement after which a topic is read from its beginning, as another one than before. */
    static String newGeneration(String pipeline, String topic, @Nullable String id, int generation) {
        return "update duet.topic set " + (id == null ? "" : "topic_id = '" + id + "', ") + "generation = "
                + (generation + 1) + " where pipeline = '" + pipeline + "' and topic = '" + topic
                + "' and generation = " + generation;
    }

    private Result compare(Map<String, String> now, Map<String, Identity> known) {
        Result result = new Result(new HashMap<>(), new HashMap<>());
        now.forEach((topic, id) -> {
            Identity identity = known.get(topic);
            if (identity == null) {
                throw new RetriableException("the id of topic " + topic + " is being stored by another process");
            }
            result.generations().put(topic, identity.generation());
            if (identity.id().equals(id) || isUnknown(id) || isUnknown(identity.id())) {
                opened.put(topic, id);
            } else {
                result.refused().put(topic, refusal(topic, id, identity));
            }
        });
        return result;
    }

    private String refusal(String topic, String id, Identity identity) {
        return "topic " + topic + " (id " + id + ") is not the one that the stored positions belong to (id "
                + identity.id()
                + "): it was deleted and made again, or this is another cluster, and records of the old one that were not"
                + " delivered are lost. If the new one is to be delivered from its beginning: duet adopt-topic " + topic
                + ", or "
                + newGeneration(pipeline, topic, id, identity.generation());
    }

    private static boolean isUnknown(String id) {
        return id.equals(Uuid.ZERO_UUID.toString());
    }

    /** The ids of those of the topics that exist. */
    private CompletionStage<Map<String, String>> describe(Set<String> topics) {
        Map<String, String> ids = new ConcurrentHashMap<>();
        Set<CompletableFuture<Void>> answers = new HashSet<>();
        try {
            Admin asked = admin();
            DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(LIMIT_MILLIS);
            if (topics.isEmpty()) {
                answers.add(stage(asked.describeCluster(new DescribeClusterOptions().timeoutMs(LIMIT_MILLIS))
                                .nodes())
                        .thenAccept(nodes -> {}));
            }
            asked.describeTopics(topics, options)
                    .topicNameValues()
                    .forEach((topic, answer) -> answers.add(stage(answer).handle((description, failure) -> {
                        note(ids, description, failure);
                        return null;
                    })));
        } catch (RuntimeException e) { // no client: a wrong setting, or no consumer yet
            return CompletableFuture.failedStage(e);
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> ids);
    }

    private void note(Map<String, String> ids, @Nullable TopicDescription description, @Nullable Throwable failure) {
        if (description != null) {
            ids.put(description.name(), description.topicId().toString());
            described.put(description.name(), description.partitions().size());
        } else if (failure != null && !(cause(failure) instanceof UnknownTopicOrPartitionException)) {
            throw new CompletionException(cause(failure));
        }
    }

    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause(cause) : failure;
    }

    private static <T> CompletableFuture<T> stage(KafkaFuture<T> future) {
        return future.toCompletionStage().toCompletableFuture();
    }

    private synchronized Admin admin() {
        if (admin == null) {
            KafkaConsumer<?, ?> consumer = clients.getConsumer(ChangeConsumer.CHANNEL);
            if (consumer == null) {
                throw new RetriableException("the consumer is not made yet");
            }
            Map<String, Object> settings = new HashMap<>(consumer.configuration());
            admin = Admin.create(settings);
        }
        return admin;
    }

    private synchronized void tell(@Nullable Throwable failure) {
        if (admin == null) {
            return; // the service is only starting
        }
        if (failure != null) {
            listener.sourceLost(String.valueOf(cause(failure).getMessage()));
        } else if (lost) {
            listener.sourceBack();
        }
        lost = failure != null;
    }

    /** Not on this thread: without a broker the client's thread does not end, and the process would not (kafka-clients 4.1.1). */
    @PreDestroy
    synchronized void close() throws InterruptedException {
        Admin closed = admin;
        if (closed != null) {
            Thread.ofPlatform()
                    .daemon()
                    .name("duet-close-admin")
                    .start(() -> closed.close(Duration.ZERO))
                    .join(CLOSE_LIMIT);
        }
    }
}
