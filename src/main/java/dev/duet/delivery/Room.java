package dev.duet.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Counts the memory of what is accepted and not yet passed by all lanes. Guarded by the delivery's lock. */
final class Room {
    private final long maxBytes;
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private final LongConsumer meter;
    private long usedBytes;

    /** @param meter is told whenever the used bytes change */
    Room(long maxBytes, LongConsumer meter) {
        this.maxBytes = maxBytes;
        this.meter = meter;
    }

    void use(long bytes) {
        usedBytes += bytes;
        meter.accept(usedBytes);
    }

    void free(long bytes) {
        usedBytes -= bytes;
        meter.accept(usedBytes);
    }

    /** Completes the future when there is room: now, or through a later {@link #takeServed}. */
    void await(CompletableFuture<Void> room) {
        if (usedBytes <= maxBytes) {
            room.complete(null);
        } else {
            waiting.add(room);
        }
    }

    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Those that waited and have room now; complete them outside the lock. */
    List<CompletableFuture<Void>> takeServed() {
        if (usedBytes > maxBytes || waiting.isEmpty()) {
            return List.of();
        }
        List<CompletableFuture<Void>> served = List.copyOf(waiting);
        waiting.clear();
        return served;
    }
}
