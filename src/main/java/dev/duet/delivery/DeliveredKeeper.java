package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import dev.duet.failpoint.FailPoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the stored delivered positions close behind the truth at a small price: what comes within a short time is stored together.
 * A value that could not be stored is no harm, it is a lower bound and the next one makes up for it.
 */
final class DeliveredKeeper {
    /** Bounds the extra statements; what a crash within this time costs is reading some records again. */
    private static final Duration GAP = Duration.ofMillis(200);

    private final DeliveredPositions store;
    private final ScheduledExecutorService timer;
    private final Consumer<PositionMovedException> moved;
    private final Map<TopicPartition, Long> pending = new HashMap<>();
    private boolean scheduled;
    private boolean storing;
    /** Completes with the store that follows the one under way; null if none was asked for. */
    private @Nullable CompletableFuture<Void> following;

    /** @param moved is told of partitions that have to be read again */
    DeliveredKeeper(DeliveredPositions store, ScheduledExecutorService timer, Consumer<PositionMovedException> moved) {
        this.store = store;
        this.timer = timer;
        this.moved = moved;
    }

    void delivered(Map<TopicPartition, Long> nextOffsets) {
        synchronized (pending) {
            pending.putAll(nextOffsets);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        var unused = timer.schedule(this::flush, GAP.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Stores what is pending; completes when that is done or has failed. One store at a time: while one takes long, or is tried again, what
     * comes gathers in one map.
     */
    CompletionStage<Void> flush() {
        Map<TopicPartition, Long> batch;
        synchronized (pending) {
            if (storing) {
                following = following == null ? new CompletableFuture<>() : following;
                return following;
            }
            storing = true;
            batch = take();
        }
        return store(batch);
    }

    private Map<TopicPartition, Long> take() {
        Map<TopicPartition, Long> batch = Map.copyOf(pending);
        pending.clear();
        scheduled = false;
        return batch;
    }

    private CompletionStage<Void> store(Map<TopicPartition, Long> batch) {
        return advance(batch).handle((stored, failure) -> {
            CompletableFuture<Void> next;
            Map<TopicPartition, Long> more;
            synchronized (pending) {
                next = following;
                following = null;
                storing = next != null;
                more = storing ? take() : Map.of();
            }
            if (next != null) {
                var unused = store(more).thenRun(() -> next.complete(null));
            }
            if (failure != null && Retry.unwrap(failure) instanceof PositionMovedException again) {
                moved.accept(again); // last: whatever comes of it, storing goes on
            }
            return null;
        });
    }

    private CompletionStage<?> advance(Map<TopicPartition, Long> batch) {
        if (batch.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        FailPoint.DELIVERED_STORING.reached();
        try {
            return store.advance(batch).thenRun(FailPoint.DELIVERED_STORED::reached);
        } catch (RuntimeException e) { // a store that throws would end all that follow
            return CompletableFuture.failedStage(e);
        }
    }
}
