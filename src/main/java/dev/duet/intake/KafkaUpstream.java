package dev.duet.intake;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Extent;
import dev.duet.delivery.Reading;
import dev.duet.delivery.Upstream;
import dev.duet.failpoint.FailPoint;
import dev.duet.intake.Openings.Opened;
import io.smallrye.common.annotation.Identifier;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
public class KafkaUpstream implements Upstream, Reading, KafkaConsumerRebalanceListener {
    /** The name under which the channel's configuration finds this listener. */
    static final String NAME = "duet";

    private static final Logger LOG = Logger.getLogger(KafkaUpstream.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Bounds what a topic that was made again within a moment, and is longer already, may bring before it is noticed. */
    private static final Duration TOPIC_CHECK = Duration.ofSeconds(1);
    /** Costs a request to each broker; retention works in minutes. */
    private static final Duration GAP_CHECK = Duration.ofSeconds(10);

    private static final java.util.function.Consumer<Throwable> UNTIL_NEXT_TIME =
            failure -> LOG.debugf("tried again later: %s", failure.getMessage());

    private final Provider<Delivery> delivery;
    private final ReadingChannel channel;
    private final Cursors cursors;
    private final Seeks seeks;
    private final OffsetCommits commits = new OffsetCommits();
    private final Set<org.apache.kafka.common.TopicPartition> assigned = ConcurrentHashMap.newKeySet();
    private final Set<org.apache.kafka.common.TopicPartition> standingStill = ConcurrentHashMap.newKeySet();
    /** Paused by this class, not by the framework for want of room. On the polling thread only. */
    private final Set<org.apache.kafka.common.TopicPartition> pausedHere = new HashSet<>();

    private final Pauses pauses = new Pauses();

    private final Generations generations;
    private final TopicIds topics;
    private final Openings openings;
    private final ScheduledExecutorService timer;
    private final Duration stoppedRetry;
    private final DeliveryListener listener;
    private final AtomicBoolean checking = new AtomicBoolean();
    /** Of the assigned partitions those whose topics there were lately: a question about another would be waited for in vain. */
    private volatile Set<org.apache.kafka.common.TopicPartition> existing = Set.of();

    private volatile boolean stopping;

    KafkaUpstream(
            Provider<Delivery> delivery,
            ReadingChannel channel,
            Cursors cursors,
            Generations generations,
            TopicIds topics,
            @Identifier("duet") ScheduledExecutorService timer,
            SourceConfig config,
            DeliveryListener listener,
            @ConfigProperty(name = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id") String pipeline) {
        this.delivery = delivery;
        this.channel = channel;
        this.cursors = cursors;
        this.generations = generations;
        this.topics = topics;
        this.openings = new Openings(delivery, topics, generations);
        this.seeks = new Seeks(cursors, pipeline);
        this.timer = timer;
        this.stoppedRetry = config.stoppedTableRetry();
        this.listener = listener;
    }

    @Override
    public void onPartitionsAssigned(
            Consumer<?, ?> consumer, Collection<org.apache.kafka.common.TopicPartition> added) {
        if (channel.joined()) {
            commits.failed(new IllegalStateException("a new consumer reads"));
        }
        if (added.isEmpty()) {
            return;
        }
        FailPoint.ASSIGNED.reached();
        assigned.addAll(added);
        try {
            resume(consumer, open(Set.copyOf(added)).toCompletableFuture().get());
        } catch (ExecutionException | KafkaException e) {
            // They need some position, or the next poll fails for all partitions; what is read meanwhile is dropped.
            consumer.seekToBeginning(added);
            consumer.pause(added);
            pausedHere.addAll(added);
            LOG.warnf("positions of %s could not be set yet: %s", added, reason(e));
            rewindLater(Set.copyOf(added), PAUSE);
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
        Set<TopicPartition> partitions = generations.of(revoked);
        assigned.removeAll(Set.copyOf(revoked));
        revoked.forEach(cursors::remove);
        standingStill.removeAll(Set.copyOf(revoked));
        pausedHere.removeAll(Set.copyOf(revoked));
        Map<TopicPartition, Long> delivered = delivery.get().delivered();
        delivered.keySet().retainAll(partitions);
        delivery.get().revoke(partitions);
        listener.paused(generations.of(held()));
        FailPoint.REVOKED.reached();
        commits.commitNow(consumer, delivered);
        FailPoint.REVOCATION_DONE.reached();
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        if (commits.add(nextOffsets)) {
            onPollingThread(commits::commit, commits::failed);
        }
    }

    @Override
    public void rewind(Set<TopicPartition> partitions) {
        again(Partitions.toKafka(partitions));
    }

    /** Opens these partitions anew, those of them that are still assigned. */
    void again(Set<org.apache.kafka.common.TopicPartition> wanted) {
        Set<org.apache.kafka.common.TopicPartition> partitions = new HashSet<>(wanted);
        partitions.retainAll(assigned);
        if (stopping || partitions.isEmpty()) {
            return;
        }
        partitions.forEach(cursors::remove);
        var unused = open(partitions).whenComplete((opened, failure) -> {
            if (failure == null) {
                onPollingThread(consumer -> resume(consumer, opened), reason -> rewindLater(partitions, PAUSE));
            } else {
                LOG.warnf("positions of %s could not be read: %s", partitions, reason(failure));
                rewindLater(partitions, PAUSE);
            }
        });
    }

    private CompletionStage<Opened> open(Set<org.apache.kafka.common.TopicPartition> partitions) {
        return openings.open(partitions, assigned, renewed -> {
            renewed.forEach(cursors::remove);
            standingStill.removeAll(renewed);
        });
    }

    @Override
    public void stopped(Set<TopicPartition> partitions) {
        Set<org.apache.kafka.common.TopicPartition> of = Partitions.toKafka(partitions);
        of.forEach(cursors::remove);
        standingStill.addAll(of);
        pauseStandingStill();
        var unused = timer.schedule(() -> tryAgain(of), stoppedRetry.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The framework resumes all partitions whenever its queue is empty; those that stand still are paused again. */
    void pauseStandingStill() {
        onPollingThread(
                consumer -> {
                    Set<org.apache.kafka.common.TopicPartition> paused = new HashSet<>(consumer.assignment());
                    paused.removeIf(partition -> !isStandingStill(partition));
                    if (paused.isEmpty()) {
                        return;
                    }
                    consumer.pause(paused);
                    pausedHere.addAll(paused);
                },
                failure -> LOG.debugf("not paused: %s", failure.getMessage()));
    }

    boolean isStandingStill(org.apache.kafka.common.TopicPartition partition) {
        return standingStill.contains(partition) || pauses.hold(partition);
    }

    @Override
    public void pause(Extent extent) {
        pauses.set(extent, true);
        Set<org.apache.kafka.common.TopicPartition> held = held();
        held.forEach(cursors::remove);
        delivery.get().hold(generations.of(held));
        listener.paused(generations.of(held));
        pauseStandingStill();
    }

    /** What stands still because of an error is tried again too. */
    @Override
    public void resume(Extent extent) {
        Set<org.apache.kafka.common.TopicPartition> before = held();
        pauses.set(extent, false);
        Set<org.apache.kafka.common.TopicPartition> wanted = new HashSet<>(assigned);
        wanted.removeIf(partition -> !(before.contains(partition) || standingStill.contains(partition))
                || pauses.hold(partition)
                || !extent.includes(partition.topic(), partition.partition()));
        listener.paused(generations.of(held()));
        standingStill.removeAll(wanted);
        again(wanted);
    }

    private Set<org.apache.kafka.common.TopicPartition> held() {
        Set<org.apache.kafka.common.TopicPartition> held = new HashSet<>(assigned);
        held.removeIf(partition -> !pauses.hold(partition));
        return held;
    }

    /** Tells the listener again and again how far there is to go, and looks whether topics and next records are still there. */
    public void start() {
        repeat(
                PAUSE,
                () -> onPollingThread(
                        consumer -> EndOffsets.tell(consumer, held(), generations, listener), UNTIL_NEXT_TIME));
        repeat(TOPIC_CHECK, this::checkTopics);
        repeat(
                GAP_CHECK,
                () -> onPollingThread(
                        consumer -> {
                            Set<org.apache.kafka.common.TopicPartition> gaps = seeks.leaveGaps(consumer, existing);
                            gaps.removeAll(standingStill);
                            if (!gaps.isEmpty()) {
                                again(gaps); // the opening refuses and says which offsets are gone
                            }
                        },
                        UNTIL_NEXT_TIME));
    }

    /** A topic that was deleted and made again is opened anew, which refuses it. */
    private void checkTopics() {
        if (stopping || checking.getAndSet(true)) {
            return;
        }
        var unused = topics.look(Set.copyOf(assigned)).whenComplete((look, failure) -> {
            checking.set(false);
            if (failure != null) {
                UNTIL_NEXT_TIME.accept(failure);
                return;
            }
            existing = look.existing();
            Set<org.apache.kafka.common.TopicPartition> others = new HashSet<>(look.others());
            others.retainAll(assigned);
            others.removeAll(standingStill);
            if (!others.isEmpty()) {
                again(others);
            }
        });
    }

    private void repeat(Duration pause, Runnable action) {
        var unused = timer.scheduleWithFixedDelay(action, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** No rewind begins from now on. */
    public void stop() {
        stopping = true;
    }

    private void tryAgain(Set<org.apache.kafka.common.TopicPartition> partitions) {
        Set<org.apache.kafka.common.TopicPartition> still = new HashSet<>(partitions);
        still.retainAll(standingStill);
        standingStill.removeAll(still);
        if (!still.isEmpty()) {
            again(still);
        }
    }

    private void rewindLater(Set<org.apache.kafka.common.TopicPartition> partitions, Duration pause) {
        var unused = timer.schedule(() -> again(partitions), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void resume(Consumer<?, ?> consumer, Opened opened) {
        FailPoint.POSITIONS_READ.reached();
        Set<org.apache.kafka.common.TopicPartition> refused =
                Partitions.toKafka(opened.refused().keySet());
        refused.retainAll(consumer.assignment());
        if (!refused.isEmpty()) { // of no partitions Kafka would make all
            consumer.seekToBeginning(refused); // some position that exists; nothing of them is taken
        }
        Seeks.Result result = seeks.seek(consumer, opened.openings());
        FailPoint.SOUGHT.reached();
        delivery.get().start(result.epochs(), result.nextOffsets());
        FailPoint.RESUMED.reached();
        Set<org.apache.kafka.common.TopicPartition> others = new HashSet<>(consumer.assignment());
        others.removeAll(pausedHere);
        others.removeAll(Partitions.toKafka(opened.openings().keySet()));
        others.retainAll(consumer.paused());
        Set<org.apache.kafka.common.TopicPartition> read =
                Partitions.toKafka(result.epochs().keySet());
        keepPaused(consumer, read);
        pausedHere.removeAll(read);
        // If others are paused the framework has paused them all, for want of room: it will resume these with them.
        if (others.isEmpty()) {
            consumer.resume(read);
        }
        opened.refused().forEach((partition, reason) -> delivery.get().stop(null, Set.of(partition), reason));
        result.refused().forEach((partition, reason) -> delivery.get().stop(null, Set.of(partition), reason));
    }

    /** Of the partitions just sought those that an operator has paused go out again: they keep their position and are not read. */
    private void keepPaused(Consumer<?, ?> consumer, Set<org.apache.kafka.common.TopicPartition> sought) {
        Set<org.apache.kafka.common.TopicPartition> kept = new HashSet<>(sought);
        kept.removeIf(partition -> !pauses.hold(partition));
        if (kept.isEmpty()) {
            return;
        }
        sought.removeAll(kept);
        kept.forEach(cursors::remove);
        delivery.get().hold(generations.of(kept));
        consumer.pause(kept);
        pausedHere.addAll(kept);
        listener.paused(generations.of(held()));
    }

    private void onPollingThread(
            java.util.function.Consumer<Consumer<byte[], byte[]>> action,
            java.util.function.Consumer<Throwable> failed) {
        try {
            KafkaConsumer<byte[], byte[]> consumer = channel.consumer();
            if (consumer != null && !stopping) {
                var unused = consumer.runOnPollingThread(action).subscribe().with(none -> {}, failed);
            }
        } catch (RuntimeException e) { // a repeated action that throws would not be repeated
            failed.accept(e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(TopicIds.cause(cause).getMessage());
    }
}
