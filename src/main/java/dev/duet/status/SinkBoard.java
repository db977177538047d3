package dev.duet.status;

import dev.duet.status.Snapshot.Batch;
import dev.duet.status.Snapshot.Durations;
import dev.duet.status.Snapshot.SinkState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One sink's writes. Guarded by the board. */
final class SinkBoard {
    private static final int KEPT = 120;

    final String name;
    long records;
    private final Deque<Batch> recent = new ArrayDeque<>();
    private long rows;
    private long batches;
    private boolean writing;
    private int attempt;
    private @Nullable String reason;

    SinkBoard(String name) {
        this.name = name;
    }

    void writing() {
        writing = true;
    }

    void written(Batch batch) {
        writing = false;
        attempt = 0;
        reason = null;
        rows += batch.rows();
        batches++;
        recent.addLast(batch);
        if (recent.size() > KEPT) {
            recent.removeFirst();
        }
    }

    /** The write has ended without success. */
    void dropped() {
        writing = false;
        attempt = 0;
        reason = null;
    }

    void retrying(int failed, String why) {
        attempt = failed + 1;
        reason = why;
    }

    void recovered() {
        attempt = 0;
        reason = null;
    }

    boolean isRetrying() {
        return reason != null;
    }

    /** What went wrong last, empty if nothing does. */
    String trouble() {
        return reason == null ? "" : "attempt " + attempt + " follows; " + reason;
    }

    SinkState snapshot(double lagSeconds) {
        String state = reason != null ? "retrying" : writing ? "writing" : "idle";
        return new SinkState(name, state, attempt, reason, rows, batches, durations(), lagSeconds, List.copyOf(recent));
    }

    private Durations durations() {
        long[] sorted = recent.stream().mapToLong(Batch::millis).sorted().toArray();
        return sorted.length == 0
                ? new Durations(0, 0, 0)
                : new Durations(at(sorted, 0.5), at(sorted, 0.95), sorted[sorted.length - 1]);
    }

    private static long at(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }
}
