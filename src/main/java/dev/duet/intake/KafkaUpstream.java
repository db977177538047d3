package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Opening;
import dev.duet.delivery.Upstream;
import dev.duet.failpoint.FailPoint;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.inject.Default;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Assignment, seek, pause and offset commits: all that touches the consumer, on its polling thread.
 *
 * <p>On assignment reading resumes where the sinks' positions say; the callback waits for them, since without them nothing can be
 * read anyway. A rewind does the same without a rebalance. Until a partition has been sought in its newest epoch, whatever is
 * polled of it is dropped (see {@link PollEpochs}), so no order of events can let records through from a wrong place.
 */
@Singleton
@Default
@Identifier(KafkaUpstream.NAME)
public class KafkaUpstream implements Upstream, KafkaConsumerRebalanceListener {
    /** The name under which the channel's configuration finds this listener. */
    static final String NAME = "duet";

    private static final Logger LOG = Logger.getLogger(KafkaUpstream.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Costs a request to each broker; retention works in minutes. */
    private static final Duration GAP_CHECK = Duration.ofSeconds(10);

    private final Provider<Delivery> delivery;
    private final KafkaClientService clients;
    private final Cursors cursors;
    private final Seeks seeks;
    private final OffsetCommits commits = new OffsetCommits();
    private final Set<TopicPartition> standingStill = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer;
    private final Duration stoppedRetry;
    private final DeliveryListener listener;
    private volatile boolean stopping;

    KafkaUpstream(
            Provider<Delivery> delivery,
            KafkaClientService clients,
            Cursors cursors,
            @Identifier("duet") ScheduledExecutorService timer,
            SourceConfig config,
            DeliveryListener listener,
            @ConfigProperty(name = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id") String pipeline) {
        this.delivery = delivery;
        this.clients = clients;
        this.cursors = cursors;
        this.seeks = new Seeks(cursors, pipeline);
        this.timer = timer;
        this.stoppedRetry = config.stoppedTableRetry();
        this.listener = listener;
    }

    @Override
    public void onPartitionsAssigned(
            Consumer<?, ?> consumer, Collection<org.apache.kafka.common.TopicPartition> assigned) {
        if (assigned.isEmpty()) {
            return;
        }
        FailPoint.ASSIGNED.reached();
        Set<TopicPartition> partitions = Partitions.of(assigned);
        try {
            resume(
                    consumer,
                    delivery.get().open(partitions).toCompletableFuture().get());
        } catch (ExecutionException | KafkaException e) {
            // They need some position, or the next poll fails for all partitions; what is read meanwhile is dropped.
            consumer.seekToBeginning(assigned);
            consumer.pause(assigned);
            LOG.warnf("positions of %s could not be set yet: %s", partitions, reason(e));
            rewindLater(partitions, PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onPartitionsRevoked(
            Consumer<?, ?> consumer, Collection<org.apache.kafka.common.TopicPartition> revoked) {
        if (revoked.isEmpty()) {
            return;
        }
        FailPoint.REVOKING.reached();
        Set<TopicPartition> partitions = Partitions.of(revoked);
        revoked.forEach(cursors::remove);
        standingStill.removeAll(partitions);
        Map<TopicPartition, Long> delivered = delivery.get().delivered();
        delivered.keySet().retainAll(partitions);
        delivery.get().revoke(partitions);
        FailPoint.REVOKED.reached();
        commits.commitNow(consumer, delivered);
        FailPoint.REVOCATION_DONE.reached();
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        if (commits.add(nextOffsets)) {
            onPollingThread(commits::commit, failure -> LOG.debugf("offsets not committed: %s", failure.getMessage()));
        }
    }

    @Override
    public void rewind(Set<TopicPartition> partitions) {
        if (stopping) {
            return;
        }
        partitions.forEach(partition -> cursors.remove(Partitions.toKafka(partition)));
        var unused = delivery.get().open(partitions).whenComplete((openings, failure) -> {
            if (failure == null) {
                onPollingThread(consumer -> resume(consumer, openings), reason -> rewindLater(partitions, PAUSE));
            } else {
                LOG.warnf("positions of %s could not be read: %s", partitions, reason(failure));
                rewindLater(partitions, PAUSE);
            }
        });
    }

    @Override
    public void stopped(Set<TopicPartition> partitions) {
        partitions.forEach(partition -> cursors.remove(Partitions.toKafka(partition)));
        standingStill.addAll(partitions);
        pauseStandingStill();
        var unused = timer.schedule(() -> tryAgain(partitions), stoppedRetry.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The framework resumes all partitions whenever its queue is empty; those that stand still are paused again. */
    void pauseStandingStill() {
        onPollingThread(
                consumer -> {
                    Set<org.apache.kafka.common.TopicPartition> paused = Partitions.toKafka(standingStill);
                    paused.retainAll(consumer.assignment());
                    consumer.pause(paused);
                },
                failure -> LOG.debugf("not paused: %s", failure.getMessage()));
    }

    boolean isStandingStill(TopicPartition partition) {
        return standingStill.contains(partition);
    }

    /** Tells the listener again and again how far there is to go, and looks whether the next records are still there. */
    public void start() {
        repeat(PAUSE, consumer -> EndOffsets.tell(consumer, listener));
        repeat(GAP_CHECK, consumer -> {
            Set<TopicPartition> gaps = seeks.leaveGaps(consumer);
            gaps.removeAll(standingStill);
            if (!gaps.isEmpty()) {
                rewind(gaps); // the opening refuses and says which offsets are gone
            }
        });
    }

    private void repeat(Duration pause, java.util.function.Consumer<Consumer<byte[], byte[]>> action) {
        var unused = timer.scheduleWithFixedDelay(
                () -> onPollingThread(action, failure -> LOG.debugf("tried again later: %s", failure.getMessage())),
                pause.toMillis(),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** No rewind begins from now on. */
    public void stop() {
        stopping = true;
    }

    private void tryAgain(Set<TopicPartition> partitions) {
        Set<TopicPartition> still = new HashSet<>(partitions);
        still.retainAll(standingStill);
        standingStill.removeAll(still);
        if (!still.isEmpty()) {
            rewind(still);
        }
    }

    private void rewindLater(Set<TopicPartition> partitions, Duration pause) {
        var unused = timer.schedule(() -> rewind(partitions), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void resume(Consumer<?, ?> consumer, Map<TopicPartition, Opening> openings) {
        FailPoint.POSITIONS_READ.reached();
        Seeks.Result result = seeks.seek(consumer, openings);
        FailPoint.SOUGHT.reached();
        delivery.get().start(result.epochs(), result.nextOffsets());
        FailPoint.RESUMED.reached();
        Set<org.apache.kafka.common.TopicPartition> others = new HashSet<>(consumer.assignment());
        others.removeAll(Partitions.toKafka(standingStill));
        others.removeAll(Partitions.toKafka(openings.keySet()));
        others.retainAll(consumer.paused());
        // If others are paused the framework has paused them all, for want of room: it will resume these with them.
        if (others.isEmpty()) {
            consumer.resume(Partitions.toKafka(result.epochs().keySet()));
        }
        result.refused().forEach((partition, reason) -> delivery.get().stop(null, Set.of(partition), reason));
    }

    private void onPollingThread(
            java.util.function.Consumer<Consumer<byte[], byte[]>> action,
            java.util.function.Consumer<Throwable> failed) {
        try {
            KafkaConsumer<byte[], byte[]> consumer = clients.getConsumer(ChangeConsumer.CHANNEL);
            if (consumer != null && !stopping) {
                var unused = consumer.runOnPollingThread(action).subscribe().with(none -> {}, failed);
            }
        } catch (RuntimeException e) { // a repeated action that throws would not be repeated
            failed.accept(e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf((cause == null ? failure : cause).getMessage());
    }
}
