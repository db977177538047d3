package dev.duet.status;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the board shows at one moment. Times are milliseconds since 1970, counts are of this process since it started. Immutable.
 *
 * @param sinceMillis when the process began to count
 * @param sinks in the order postgres, delta
 * @param commits the newest first
 * @param problems the newest first, those that are over too
 * @param history one point for every five seconds of the last ten minutes, the oldest first
 */
public record Snapshot(
        long atMillis,
        long sinceMillis,
        Verdict verdict,
        Flow flow,
        List<SinkState> sinks,
        List<Table> tables,
        List<Partition> partitions,
        List<Commit> commits,
        List<Problem> problems,
        List<Point> history) {

    /** The one word about it all. */
    public enum State {
        WELL,
        /** Nothing is wrong, but the copies are more than a minute behind. */
        BEHIND,
        /** Nothing is assigned to this process. */
        IDLE,
        PAUSED,
        /** Something that is needed does not answer; it is tried again. */
        WAITING,
        /** Something stands still until an operator has done something. */
        STOPPED
    }

    /** @param detail what is known beyond the headline, may be empty */
    public record Verdict(State state, String headline, String detail) {
        public boolean isWell() {
            return state == State.WELL || state == State.BEHIND || state == State.IDLE;
        }
    }

    /**
     * Rates in records a second over the last seconds.
     *
     * @param produced what the topics grow by
     * @param accepted what is read, decoded and on its way
     * @param written by sink
     * @param lagRecords offsets that are not in both sinks
     * @param lagSeconds how old the oldest of them is, about
     * @param bufferedBytes memory of what is accepted and not in both sinks
     */
    public record Flow(
            double produced,
            double accepted,
            Map<String, Double> written,
            long lagRecords,
            double lagSeconds,
            long bufferedBytes) {}

    /** Durations in milliseconds of the recent batches. */
    public record Durations(long median, long p95, long max) {}

    /** @param attempt of the write that is under way, 0 if none failed before */
    public record SinkState(
            String name,
            String state,
            int attempt,
            @Nullable String reason,
            long rows,
            long batches,
            Durations durations,
            double lagSeconds,
            List<Batch> recent) {}

    /** A write that is done. */
    public record Batch(long atMillis, int rows, long bytes, long millis) {}

    /** What became of a table's records at one sink; read is their sum. */
    public record Counts(long read, long applied, long skipped, long filtered, long deadLettered) {}

    /**
     * @param name schema.table
     * @param in records read from Kafka, repeats included
     * @param counts by sink
     * @param version the newest known version of the Delta table, -1 before the first
     * @param stopped why it stands still, null if it does not
     */
    public record Table(
            String schema,
            String name,
            List<String> topics,
            int partitions,
            long in,
            Map<String, Counts> counts,
            double rate,
            long lagRecords,
            double lagSeconds,
            long version,
            boolean paused,
            @Nullable String stopped,
            List<Point> history) {
        /** As it is written. */
        public String id() {
            return schema + "." + name;
        }
    }

    /**
     * @param end the offset that the next record will get, -1 if not known yet
     * @param delivered the first offset that is not in both sinks
     * @param positions by sink the first offset that it has not got, as far as this process knows
     * @param trailSeconds how far the change log is behind the mirror
     */
    public record Partition(
            String topic,
            int number,
            String table,
            long end,
            long delivered,
            Map<String, Long> positions,
            long lagRecords,
            double lagSeconds,
            double trailSeconds,
            boolean paused,
            @Nullable String stopped) {}

    /** @param versions of the Delta tables that it made, by table; empty for PostgreSQL */
    public record Commit(
            long atMillis,
            String sink,
            int rows,
            long bytes,
            long millis,
            List<String> tables,
            Map<String, Long> versions) {}

    /**
     * @param where kafka, schema registry, postgres, delta or intake
     * @param reason what, where, why
     * @param advice what to do
     * @param times how often in a row
     * @param endedMillis when it was over, null while it lasts
     */
    public record Problem(
            long atMillis,
            String where,
            @Nullable String table,
            List<String> partitions,
            String reason,
            String advice,
            int times,
            @Nullable Long endedMillis) {}

    /** Rates in records a second. */
    public record Point(
            long atMillis,
            double in,
            double postgres,
            double delta,
            long lagRecords,
            double lagSeconds,
            long bufferedBytes) {}
}
