package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.SinkProgress;
import dev.duet.inspect.SourceServer;
import dev.duet.inspect.TopicEnds;
import dev.duet.inspect.UnreachableException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Waits until both sinks hold what there was when it was called. For the source that is: the slot has confirmed its position of then, so
 * all of it is in Kafka; then {@code delivered_next} has passed what the topics held after that, so all of it is in both sinks.
 */
final class Barrier {
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Optional<SourceServer> source;
    private final TopicEnds topics;
    private final SinkProgress sinks;
    private final VerifyOptions options;
    private final Progress progress;

    Barrier(
            Optional<SourceServer> source,
            TopicEnds topics,
            SinkProgress sinks,
            VerifyOptions options,
            Progress progress) {
        this.source = source;
        this.topics = topics;
        this.sinks = sinks;
        this.options = options;
        this.progress = progress;
    }

    /**
     * The source's position at the call, when both sinks have passed it; null without a source.
     *
     * @throws UnreachableException if that takes longer than the time limit; says what is behind
     */
    @Nullable
    Long passSource(TableId table) {
        long end = System.nanoTime() + options.timeout().toNanos();
        if (source.isEmpty()) {
            passTopics(table, end);
            return null;
        }
        long position = passSlot(source.get(), end);
        passTopics(table, end);
        return position;
    }

    private long passSlot(SourceServer server, long end) {
        long position = server.position();
        long confirmed = server.confirmed();
        boolean nudged = false;
        while (Long.compareUnsigned(confirmed, position) < 0) {
            if (options.nudge() && !nudged) {
                server.nudge();
                nudged = true;
            }
            progress.at("waiting for the slot to pass " + lsn(position) + ", it is at " + lsn(confirmed), 0, -1);
            pause(
                    end,
                    "the replication slot " + server.slot() + " stands at " + lsn(confirmed)
                            + " and did not pass the source's position " + lsn(position) + " within "
                            + options.timeout().toSeconds()
                            + " s. If nothing is written to the captured tables, the connector does not confirm: use"
                            + " --nudge (docs/verify.md). Else see whether it runs, or give it more time with --timeout.");
            confirmed = server.confirmed();
        }
        return position;
    }

    /**
     * What was found out of all tables at once.
     *
     * @param position the source's position that both sinks have passed; null without a source
     * @param behind why a table is not among them
     */
    record Passed(@Nullable Long position, Map<TableId, String> behind) {}

    /**
     * Waits once for all tables. One that has stopped keeps the others waiting for the time limit, and no longer.
     *
     * @throws UnreachableException if the slot does not pass the source's position
     */
    Passed passAll(List<TableId> tables) {
        long end = System.nanoTime() + options.timeout().toNanos();
        Long position = source.isEmpty() ? null : passSlot(source.get(), end);
        Map<TableId, Map<TopicPartition, Long>> ends = new LinkedHashMap<>();
        tables.forEach(table -> ends.put(table, topics.ends(table)));
        Map<TableId, String> behind = new LinkedHashMap<>();
        while (!ends.isEmpty()) {
            ends.values().removeIf(of -> behind(of).isEmpty());
            if (System.nanoTime() > end) {
                ends.forEach((table, of) -> behind.put(table, tooLate(behind(of))));
                break;
            }
            if (!ends.isEmpty()) {
                progress.at("waiting for both sinks: " + ends.keySet(), 0, -1);
                pause(PAUSE);
            }
        }
        return new Passed(position, behind);
    }

    /** The same for what the topics hold. */
    void passTopics(TableId table) {
        passTopics(table, System.nanoTime() + options.timeout().toNanos());
    }

    private void passTopics(TableId table, long end) {
        Map<TopicPartition, Long> ends = topics.ends(table);
        Map<TopicPartition, String> behind = behind(ends);
        while (!behind.isEmpty()) {
            progress.at("waiting for both sinks: " + behind, 0, -1);
            pause(end, tooLate(behind));
            behind = behind(ends);
        }
    }

    private String tooLate(Map<TopicPartition, String> behind) {
        return "the sinks did not pass what Kafka holds within "
                + options.timeout().toSeconds() + " s: " + behind
                + ". See whether the service runs and which table has stopped, or give it more time with --timeout.";
    }

    private Map<TopicPartition, String> behind(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> delivered = sinks.delivered();
        Map<TopicPartition, String> behind = new TreeMap<>();
        ends.forEach((partition, next) -> {
            long from = delivered.getOrDefault(partition, 0L);
            if (from < next && topics.holdsRecords(partition, from, next)) {
                behind.put(partition, from + " of " + next);
            }
        });
        return behind;
    }

    private static void pause(long end, String tooLate) {
        if (System.nanoTime() > end) {
            throw new UnreachableException(tooLate);
        }
        pause(PAUSE);
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted");
        }
    }

    /** As PostgreSQL writes it. */
    static String lsn(long position) {
        return String.format(java.util.Locale.ROOT, "%X/%X", position >>> 32, position & 0xffffffffL);
    }
}
