package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.OpenTransaction;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The log lines of a delivery: what an operator must know, once. Good batches are counted, not logged. */
@Singleton
@Typed(DeliveryLog.class)
public final class DeliveryLog implements DeliveryListener {
    private static final Logger LOG = Logger.getLogger("dev.duet");
    /** Every how many attempts a retry that lasts is logged again. */
    private static final int AGAIN = 10;

    private final AtomicBoolean sourceLost = new AtomicBoolean();
    private final AtomicReference<Map<TopicPartition, OpenTransaction>> open = new AtomicReference<>(Map.of());
    private final AtomicReference<Set<TopicPartition>> paused = new AtomicReference<>(Set.of());

    @Override
    public void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        if (attempt == 1 || attempt % AGAIN == 0) {
            LOG.warnf(
                    "sink=%s event=retrying attempt=%d pauseMillis=%d reason=\"%s\"",
                    sink, attempt, pause.toMillis(), reason.getMessage());
        }
    }

    @Override
    public void recovered(String sink, int attempts) {
        LOG.infof("sink=%s event=recovered attempts=%d", sink, attempts);
    }

    @Override
    public void rewound(String sink, Set<TopicPartition> partitions, String reason) {
        LOG.warnf("sink=%s event=rewound partitions=%s reason=\"%s\"", sink, new TreeSet<>(partitions), reason);
    }

    @Override
    public void readingEnded(int attempt, Duration pause, String reason) {
        LOG.errorf("event=reading-ended attempt=%d pauseMillis=%d reason=\"%s\"", attempt, pause.toMillis(), reason);
    }

    @Override
    public void readingFenced(String reason) {
        LOG.errorf("event=reading-fenced reason=\"%s\"", reason);
    }

    @Override
    public void readingBegun() {
        LOG.info("event=reading-begun");
    }

    @Override
    public void sourceLost(String reason) {
        if (!sourceLost.getAndSet(true)) {
            LOG.warnf("event=kafka-lost reason=\"%s\"", reason);
        }
    }

    @Override
    public void sourceBack() {
        sourceLost.set(false);
        LOG.info("event=kafka-back");
    }

    @Override
    public void registryLost(int attempt, Duration pause, String reason) {
        if (attempt == 1 || attempt % AGAIN == 0) {
            LOG.warnf("event=registry-lost attempt=%d pauseMillis=%d reason=\"%s\"", attempt, pause.toMillis(), reason);
        }
    }

    @Override
    public void registryBack() {
        LOG.info("event=registry-back");
    }

    @Override
    public void connectorLost(String reason, String advice) {
        LOG.errorf("event=connector-lost reason=\"%s\" advice=\"%s\"", reason, advice);
    }

    @Override
    public void connectorBack() {
        LOG.info("event=connector-back");
    }

    @Override
    public void stopped(@Nullable TableId table, Set<TopicPartition> partitions, String reason) {
        LOG.errorf("event=stopped table=%s partitions=%s reason=\"%s\"", table, new TreeSet<>(partitions), reason);
    }

    @Override
    public void started(Map<TopicPartition, Long> nextOffsets) {
        LOG.infof("event=started nextOffsets=%s", new TreeMap<>(nextOffsets));
    }

    @Override
    public void paused(Set<TopicPartition> partitions) {
        if (!partitions.equals(paused.getAndSet(Set.copyOf(partitions)))) {
            LOG.infof("event=paused partitions=%s", new TreeSet<>(partitions));
        }
    }

    @Override
    public void openTransactions(Map<TopicPartition, OpenTransaction> now) {
        Map<TopicPartition, OpenTransaction> before = open.getAndSet(Map.copyOf(now));
        now.forEach((partition, is) -> {
            OpenTransaction was = before.get(partition);
            if (was == null || was.firstOffset() != is.firstOffset()) {
                LOG.warnf("event=transaction-open partition=%s reason=\"%s\"", partition, is.text());
            }
        });
        before.keySet().stream()
                .filter(partition -> !now.containsKey(partition))
                .forEach(partition -> LOG.infof("event=transaction-ended partition=%s", partition));
    }

    @Override
    public void revoked(Set<TopicPartition> partitions) {
        LOG.infof("event=revoked partitions=%s", new TreeSet<>(partitions));
    }
}
