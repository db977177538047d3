package dev.duet.intake;

import dev.duet.delivery.DeliveryListener;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.reactive.messaging.PublisherDecorator;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the channel going. What ends it, for whatever reason, closes its consumer for good (the framework can't start one again), so
 * a new one takes its place after a pause that doubles up to {@link #LONGEST_PAUSE}. Until the new consumer is a member of the group
 * the listener is told, and with it liveness, readiness, the page, the commands and an alert.
 *
 * <p>A consumer whose {@code group.instance.id} another process has taken stays away until that one is gone: two that take turns in
 * fencing each other deliver nothing.
 */
@Singleton
final class ReadingChannel implements PublisherDecorator {
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A consumer that was a member for this long has read well: the next failure is a new one. */
    private static final Duration WELL = Duration.ofMinutes(1);

    private static final Duration FENCED_CHECK = Duration.ofSeconds(2);
    private static final Logger LOG = Logger.getLogger(ReadingChannel.class);

    private final ChannelSources sources;
    private final GroupMembers members;
    private final DeliveryListener listener;

    private volatile boolean stopping;
    private volatile @Nullable Instant memberSince;
    private volatile boolean ended;
    private int attempt;

    ReadingChannel(ChannelSources sources, GroupMembers members, DeliveryListener listener) {
        this.sources = sources;
        this.members = members;
        this.listener = listener;
    }

    @Override
    public Multi<? extends Message<?>> decorate(
            Multi<? extends Message<?>> publisher, List<String> channels, boolean isConnector) {
        if (!isConnector || !channels.contains(ChangeConsumer.CHANNEL)) {
            return publisher;
        }
        AtomicBoolean first = new AtomicBoolean(true);
        return Multi.createFrom()
                .<Message<?>>deferred(() -> first.getAndSet(false) ? publisher.map(m -> (Message<?>) m) : again())
                .onCompletion()
                .failWith(() -> new IllegalStateException("the messaging framework has ended the channel"))
                .onFailure()
                .retry()
                // The next consumer is made on the thread that ends the pause, and that may block.
                .when(failures -> failures.onItem()
                        .transformToUniAndConcatenate(
                                failure -> pause(failure).emitOn(Infrastructure.getDefaultExecutor())));
    }

    /** The consumer that reads now, null before there is one. */
    @Nullable
    KafkaConsumer<byte[], byte[]> consumer() {
        return sources.consumer();
    }

    /**
     * The consumer has become a member of its group, or got another share of the partitions.
     *
     * @return whether it is a new consumer, in the place of one that has ended
     */
    boolean joined() {
        boolean begun = ended;
        if (begun) {
            ended = false;
            listener.readingBegun();
        }
        if (memberSince == null) {
            memberSince = Instant.now();
        }
        return begun;
    }

    /** What ends from now on is not started again. */
    void stop() {
        stopping = true;
        sources.close();
    }

    private Multi<Message<?>> again() {
        return sources.renew();
    }

    /** Ends when the next try is due; never while the service stops. */
    private Uni<Object> pause(Throwable failure) {
        if (stopping) {
            return Uni.createFrom().nothing();
        }
        Instant since = memberSince;
        memberSince = null;
        ended = true;
        if (isFenced(failure)) {
            return untilTheOtherHasGone();
        }
        attempt = since != null && since.plus(WELL).isBefore(Instant.now()) ? 1 : attempt + 1;
        Duration pause = pauseBefore(attempt);
        // Names what failed and where, and no record's content: messages of the framework can quote headers.
        LOG.debugf("the channel has ended: %s", failure.getClass().getName());
        listener.readingEnded(attempt, pause, reason(failure));
        return Uni.createFrom().item((Object) attempt).onItem().delayIt().by(pause);
    }

    static Duration pauseBefore(int attempt) {
        long millis = FIRST_PAUSE.toMillis() << Math.min(attempt - 1, 20);
        return Duration.ofMillis(Math.min(millis, LONGEST_PAUSE.toMillis()));
    }

    private Uni<Object> untilTheOtherHasGone() {
        String instance = sources.instanceId();
        listener.readingFenced("another process in the consumer group has the same group.instance.id '" + instance
                + "' and has taken this process's place. Give each process its own"
                + " mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.instance.id, or none."
                + " This process waits until the other one has left the group");
        return Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(FENCED_CHECK)
                .chain(() -> Uni.createFrom().completionStage(() -> members.has(instance)))
                .onFailure()
                .recoverWithItem(true) // Kafka does not answer: nobody knows
                .repeat()
                .whilst(isThere -> isThere && !stopping)
                .collect()
                .last()
                .map(gone -> (Object) gone);
    }

    static boolean isFenced(@Nullable Throwable failure) {
        return failure != null && (failure instanceof FencedInstanceIdException || isFenced(failure.getCause()));
    }

    /** Kafka's own errors say what to do and hold no values; of others only the kind is told, since they may quote a record. */
    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof org.apache.kafka.common.errors.ApiException) {
                return String.valueOf(cause.getMessage());
            }
        }
        return failure.getClass().getName()
                + (failure instanceof IllegalStateException ? ": " + failure.getMessage() : "");
    }
}
