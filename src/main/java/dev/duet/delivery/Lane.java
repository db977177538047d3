package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The queue in front of one sink: decides what the sink writes next and when. Knows no thread and no clock; guarded by the
 * delivery's lock.
 */
final class Lane {
    private final LanePolicy policy;
    private final Deque<Link> queue = new ArrayDeque<>();
    private long queuedRows;
    private long queuedBytes;
    private List<Link> writing = List.of();
    private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

    Lane(LanePolicy policy) {
        this.policy = policy;
    }

    void offer(Link link) {
        queue.addLast(link);
        count(link, 1);
    }

    /**
     * What to write now; empty if the sink is writing, nothing is queued, or the queue may still wait for company.
     *
     * @param flush don't wait for company
     */
    List<Link> take(long nowNanos, boolean flush) {
        if (!writing.isEmpty() || queue.isEmpty() || !(flush || isDue(nowNanos))) {
            return List.of();
        }
        List<Link> taken = new ArrayList<>();
        long rows = 0;
        long bytes = 0;
        for (Link next = queue.peekFirst(); next != null; next = queue.peekFirst()) {
            rows += next.changes.changes().size();
            bytes += next.changes.bytes();
            if (!taken.isEmpty() && (rows > policy.maxRows() || bytes > policy.maxBytes())) {
                break;
            }
            taken.add(queue.removeFirst());
            count(next, -1);
        }
        writing = taken;
        idle = new CompletableFuture<>();
        return taken;
    }

    /** How long until the queue is due by its age; null if it is empty or the sink is writing. */
    @org.jspecify.annotations.Nullable
    Duration untilDue(long nowNanos) {
        Link oldest = queue.peekFirst();
        if (oldest == null || !writing.isEmpty()) {
            return null;
        }
        Duration left = policy.interval().minusNanos(nowNanos - oldest.acceptedNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private boolean isDue(long nowNanos) {
        Link oldest = queue.getFirst();
        return queuedRows >= policy.maxRows()
                || queuedBytes >= policy.maxBytes()
                || nowNanos - oldest.acceptedNanos >= policy.interval().toNanos();
    }

    /** The write is over; the links in {@code again} go back to the front, to be written anew. */
    void done(List<Link> again) {
        for (int i = again.size() - 1; i >= 0; i--) {
            queue.addFirst(again.get(i));
            count(again.get(i), 1);
        }
        writing = List.of();
        idle.complete(null);
    }

    /** Takes the queued links of these partitions out. What is being written stays. */
    List<Link> drop(Set<TopicPartition> partitions) {
        List<Link> dropped = new ArrayList<>();
        queue.removeIf(link -> {
            if (partitions.contains(link.partition())) {
                dropped.add(link);
                count(link, -1);
                return true;
            }
            return false;
        });
        return dropped;
    }

    /** Completes when no write of any of these partitions is under way. */
    CompletionStage<Void> whenIdle(Set<TopicPartition> partitions) {
        Set<TopicPartition> busy = new HashSet<>(partitions);
        busy.retainAll(writing.stream().map(Link::partition).toList());
        return busy.isEmpty() ? CompletableFuture.completedStage(null) : idle;
    }

    boolean isEmpty() {
        return queue.isEmpty() && writing.isEmpty();
    }

    private void count(Link link, int sign) {
        queuedRows += (long) sign * link.changes.changes().size();
        queuedBytes += sign * link.changes.bytes();
    }
}
