package dev.duet.intake;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.Finding;
import dev.duet.inspect.UnreachableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.eclipse.microprofile.config.ConfigProvider;

/** Whether the change topics are there, keep what they should for long enough, and are read. */
public final class TopicCheckup implements Checkup {
    private static final String AREA = "topics";
    private static final int LIMIT_SECONDS = 20;
    private static final Duration SHORT_RETENTION = Duration.ofDays(1);
    private static final long FAR_BEHIND = 100_000;

    private final Map<String, Object> settings;
    private final Pattern topics;
    private final String pipeline;
    private final List<Finding> findings = new ArrayList<>();

    /** @param settings the Kafka clients' ({@code kafka.*}) */
    public TopicCheckup(Map<String, Object> settings, String pipeline) {
        this.settings = settings;
        this.topics = SourceTopics.subscribed(ConfigProvider.getConfig());
        this.pipeline = pipeline;
    }

    @Override
    public String area() {
        return AREA;
    }

    @Override
    public List<Finding> look() {
        try (Admin admin = Admin.create(new HashMap<>(settings))) {
            Set<String> names = new TreeSet<>(get(admin.listTopics().names()));
            names.removeIf(name -> !topics.matcher(name).matches());
            if (names.isEmpty()) {
                findings.add(Finding.failure(
                        AREA,
                        "change topics",
                        "none matches duet.source.topics",
                        "Correct duet.source.topics, or see whether the connector runs and may write its topics."));
                return findings;
            }
            List<TopicPartition> partitions = new ArrayList<>();
            get(admin.describeTopics(names).allTopicNames())
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(one -> partitions.add(new TopicPartition(name, one.partition()))));
            settings(admin, names, partitions);
            lag(admin, partitions);
            return findings;
        } catch (KafkaException e) {
            throw new UnreachableException("Kafka: " + e.getMessage());
        }
    }

    private void settings(Admin admin, Set<String> names, List<TopicPartition> partitions) {
        List<ConfigResource> resources = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        get(admin.describeConfigs(resources).all()).forEach((resource, config) -> {
            String what = "topic " + resource.name();
            long count = partitions.stream()
                    .filter(one -> one.topic().equals(resource.name()))
                    .count();
            String policy = value(config, "cleanup.policy");
            long retention = Long.parseLong(value(config, "retention.ms"));
            if (policy.contains("compact")) {
                findings.add(
                        Finding.warning(
                                AREA,
                                what,
                                "cleanup.policy is " + policy + ": changes that the Delta log should have are dropped",
                                "Set cleanup.policy=delete, and topic.creation.default.cleanup.policy=delete in the connector."));
            } else if (retention >= 0 && retention < SHORT_RETENTION.toMillis()) {
                findings.add(Finding.warning(
                        AREA,
                        what,
                        "records are kept for " + Duration.ofMillis(retention) + " only",
                        "Set retention.ms to more than the longest outage that is to be survived."));
            } else {
                findings.add(Finding.ok(
                        AREA,
                        what,
                        count + " partitions, kept for "
                                + (retention < 0
                                        ? "ever"
                                        : Duration.ofMillis(retention).toDays() + " days")));
            }
        });
    }

    private static String value(Config config, String name) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? "-1" : entry.value();
    }

    private void lag(Admin admin, List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(pipeline).partitionsToOffsetAndMetadata());
        Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(admin, partitions, OffsetSpec.latest());
        Map<TopicPartition, ListOffsetsResultInfo> begins = offsets(admin, partitions, OffsetSpec.earliest());
        long lag = 0;
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata of = committed.get(partition);
            long end = offset(ends, partition);
            long begin = offset(begins, partition);
            long next = of == null ? begin : of.offset();
            lag += Math.max(0, end - next);
            if (next < begin) {
                findings.add(
                        Finding.failure(
                                AREA,
                                "partition " + partition,
                                "offsets " + next + " to " + begin + " were deleted before they were read",
                                "Follow docs/operations.md on offsets that retention has deleted, and set a longer retention."));
            }
        }
        findings.add(
                lag > FAR_BEHIND
                        ? Finding.warning(
                                AREA,
                                "group " + pipeline,
                                lag + " records behind",
                                "See whether the service runs and which table has stopped.")
                        : Finding.ok(AREA, "group " + pipeline, lag + " records behind"));
    }

    private static long offset(Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
        ListOffsetsResultInfo info = offsets.get(partition);
        return info == null ? 0 : info.offset();
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, List<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        return get(admin.listOffsets(asked).all());
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new UnreachableException("Kafka: "
                    + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
        } catch (TimeoutException e) {
            throw new UnreachableException("Kafka gave no answer within " + LIMIT_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted");
        }
    }
}
