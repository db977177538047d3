package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.ReadTo;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where one partition stands. Guarded by the board.
 *
 * <p>A lag in seconds is the age of what a sink wrote last, or the time since it was level, whichever is less; none while it is level.
 */
final class PartitionBoard {
    /** A stopped partition that is tried again counts as stopped until it has gone well for so long. */
    private static final long PROBATION_MILLIS = 3000;

    final TopicPartition partition;
    TableId table;
    final PartitionEnd end = new PartitionEnd();
    long delivered;
    final long[] positions;
    private final long[] rowMillis;
    private final long[] levelMillis;
    private @Nullable String stopped;
    private long startedAgainMillis;
    /** The highest end that growth was counted for. */
    private long highest = -1;

    PartitionBoard(TopicPartition partition, TableId table, int sinks, long now) {
        this.partition = partition;
        this.table = table;
        this.positions = new long[sinks];
        this.rowMillis = new long[sinks];
        this.levelMillis = new long[sinks];
        Arrays.fill(levelMillis, now);
    }

    void started(long next, long now) {
        delivered = next;
        end.accepted(next);
        for (int sink = 0; sink < positions.length; sink++) {
            positions[sink] = Math.max(positions[sink], next);
        }
        startedAgainMillis = now;
    }

    /** Returns by how much the partition has grown: what was read was there, even if the end has not been told since. */
    long accepted(long next, long now) {
        end.accepted(next);
        return end.offset() < 0 ? 0 : grown(now);
    }

    /** @param newestMillis when the source made the newest of the rows, 0 if there was none */
    void written(int sink, long next, long newestMillis, long now) {
        positions[sink] = next;
        rowMillis[sink] = Math.max(rowMillis[sink], newestMillis);
        level(sink, now);
    }

    /** Returns by how much the partition has grown since it was asked last. */
    long endsAt(long next, long now) {
        end.set(next);
        return grown(now);
    }

    void readTo(ReadTo readTo, long now) {
        end.readTo(readTo);
        level(now);
    }

    private long grown(long now) {
        long grown = highest < 0 ? 0 : Math.max(0, end.offset() - highest);
        highest = Math.max(highest, end.offset());
        level(now);
        return grown;
    }

    private void level(long now) {
        for (int sink = 0; sink < positions.length; sink++) {
            level(sink, now);
        }
    }

    void stop(String reason) {
        stopped = reason;
        startedAgainMillis = 0;
        end.stopped();
    }

    @Nullable
    String stopped(long now) {
        if (stopped != null && startedAgainMillis > 0 && now - startedAgainMillis > PROBATION_MILLIS) {
            stopped = null;
        }
        return stopped;
    }

    long lagRecords() {
        long lag = 0;
        for (int sink = 0; sink < positions.length; sink++) {
            lag = Math.max(lag, end.from(positions[sink]));
        }
        return lag;
    }

    /** Of one sink. */
    double lagSeconds(int sink, long now) {
        return end.isLevel(positions[sink])
                ? 0
                : Math.max(0, now - Math.max(rowMillis[sink], levelMillis[sink])) / 1000.0;
    }

    double lagSeconds(long now) {
        double lag = 0;
        for (int sink = 0; sink < positions.length; sink++) {
            lag = Math.max(lag, lagSeconds(sink, now));
        }
        return lag;
    }

    private void level(int sink, long now) {
        if (end.isLevel(positions[sink])) {
            levelMillis[sink] = now;
        }
    }
}
