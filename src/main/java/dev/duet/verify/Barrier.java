package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.SinkProgress;
import dev.duet.inspect.SourceServer;
import dev.duet.inspect.TopicEnds;
import dev.duet.inspect.UnreachableException;
import java.time.Duration;
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
        SourceServer server = source.get();
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
        passTopics(table, end);
        return position;
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
            pause(
                    end,
                    "the sinks did not pass what Kafka holds within "
                            + options.timeout().toSeconds() + " s: " + behind
                            + ". See whether the service runs and which table has stopped, or give it more time with --timeout.");
            behind = behind(ends);
        }
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
