package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Readiness: down while nothing reads from Kafka, Kafka or the schema registry does not answer, a sink can't be written or a table stands
 * still, with the reason. What an operator has paused is named and does not make it fail. Liveness ({@link ReadingHealth}) depends on none of
 * them but the first, since a restart mends none.
 */
@Readiness
@Default
@Singleton
@Typed({DeliveryHealth.class, HealthCheck.class})
public final class DeliveryHealth implements DeliveryListener, HealthCheck {
    private final Map<String, String> retrying = new ConcurrentHashMap<>();
    private final Map<TopicPartition, String> stopped = new ConcurrentHashMap<>();
    private volatile Set<TopicPartition> paused = Set.of();
    private volatile @Nullable String reading;
    private volatile @Nullable String source;
    private volatile @Nullable String registry;

    @Override
    public HealthCheckResponse call() {
        String ended = reading;
        String lost = source;
        String noSchemas = registry;
        HealthCheckResponseBuilder response = HealthCheckResponse.named("delivery")
                .status(ended == null && lost == null && noSchemas == null && retrying.isEmpty() && stopped.isEmpty());
        if (ended != null) {
            response.withData("reading", ended);
        }
        if (lost != null) {
            response.withData("kafka", lost);
        }
        if (noSchemas != null) {
            response.withData("schema registry", noSchemas);
        }
        retrying.forEach((sink, reason) -> response.withData("sink " + sink, reason));
        Set<TopicPartition> held = paused;
        if (!held.isEmpty()) { // by an operator, who needs the page to resume: no reason to take the process out of
            // service
            response.withData("paused", new TreeSet<>(held).toString());
        }
        stopped.forEach((partition, reason) -> response.withData("partition " + partition, reason));
        return response.build();
    }

    @Override
    public void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        retrying.put(sink, "attempt " + attempt + " failed: " + reason.getMessage());
    }

    @Override
    public void recovered(String sink, int attempts) {
        retrying.remove(sink);
    }

    @Override
    public void readingEnded(int attempt, Duration pause, String reason) {
        reading = "attempt " + attempt + " failed: " + reason;
    }

    @Override
    public void readingFenced(String reason) {
        reading = reason;
    }

    @Override
    public void readingBegun() {
        reading = null;
    }

    @Override
    public void sourceLost(String reason) {
        source = reason;
    }

    @Override
    public void sourceBack() {
        source = null;
    }

    @Override
    public void paused(Set<TopicPartition> partitions) {
        paused = Set.copyOf(partitions);
    }

    @Override
    public void registryLost(int attempt, Duration pause, String reason) {
        registry = "attempt " + attempt + " failed: " + reason;
    }

    @Override
    public void registryBack() {
        registry = null;
    }

    @Override
    public void stopped(@Nullable TableId table, Set<TopicPartition> partitions, String reason) {
        partitions.forEach(partition -> stopped.put(partition, table == null ? reason : table + ": " + reason));
    }

    @Override
    public void started(Map<TopicPartition, Long> nextOffsets) {
        stopped.keySet().removeAll(nextOffsets.keySet());
    }

    @Override
    public void revoked(Set<TopicPartition> partitions) {
        stopped.keySet().removeAll(partitions);
    }
}
