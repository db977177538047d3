package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.failpoint.FailPoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits to Kafka what is delivered, one request at a time with the newest offsets. For lag tools only: the sinks' own positions
 * decide where reading resumes, so a commit that fails is no loss and the next one makes up for it.
 */
final class OffsetCommits {
    private static final Logger LOG = Logger.getLogger(OffsetCommits.class);
    private static final Duration LAST_COMMIT_LIMIT = Duration.ofSeconds(2);

    private final Map<TopicPartition, Long> pending = new HashMap<>();
    private boolean underWay;

    /** True if no commit is under way: then call {@link #commit} on the polling thread. */
    synchronized boolean add(Map<TopicPartition, Long> nextOffsets) {
        pending.putAll(nextOffsets);
        boolean begin = !underWay;
        underWay = true;
        return begin;
    }

    /** On the polling thread. */
    void commit(Consumer<?, ?> consumer) {
        Map<TopicPartition, Long> batch = take(null);
        if (batch.isEmpty()) {
            return;
        }
        batch.keySet().removeIf(partition -> !consumer.assignment().contains(Partitions.toKafka(partition)));
        FailPoint.OFFSETS_COMMITTING.reached();
        consumer.commitAsync(Partitions.toKafka(batch), (offsets, failure) -> {
            FailPoint.OFFSETS_COMMITTED.reached();
            if (failure != null) {
                LOG.debugf("offsets not committed to Kafka this time: %s", failure.getMessage());
            }
            try {
                commit(consumer);
            } catch (RuntimeException e) { // the consumer has ended
                failed(e);
            }
        });
    }

    /** The consumer could not be asked: the next offsets begin anew. */
    synchronized void failed(Throwable failure) {
        LOG.debugf("offsets not committed to Kafka this time: %s", failure.getMessage());
        underWay = false;
    }

    /** The last chance for partitions that are about to be revoked; on the polling thread. */
    void commitNow(Consumer<?, ?> consumer, Map<TopicPartition, Long> delivered) {
        Map<TopicPartition, Long> batch = new HashMap<>(delivered);
        batch.putAll(take(delivered.keySet()));
        try {
            consumer.commitSync(Partitions.toKafka(batch), LAST_COMMIT_LIMIT);
        } catch (KafkaException e) {
            LOG.debugf("offsets not committed to Kafka before the rebalance: %s", e.getMessage());
        }
    }

    private synchronized Map<TopicPartition, Long> take(@Nullable Set<TopicPartition> only) {
        Map<TopicPartition, Long> taken = new HashMap<>(pending);
        if (only == null) {
            pending.clear();
            underWay = !taken.isEmpty();
        } else {
            taken.keySet().retainAll(only);
            pending.keySet().removeAll(only);
        }
        return taken;
    }
}
