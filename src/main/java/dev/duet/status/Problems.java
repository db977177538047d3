package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.status.Snapshot.Problem;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last problems, each once however often it comes back. Guarded by the board. */
final class Problems {
    private static final int KEPT = 50;
    /** A problem that comes back within this time is the same one: a stopped table is tried again each minute. */
    private static final long SAME_MILLIS = 300_000;

    private static final class Open {
        final String key;
        Problem problem;

        Open(String key, Problem problem) {
            this.key = key;
            this.problem = problem;
        }
    }

    private final Deque<Open> newestFirst = new ArrayDeque<>();

    void raise(
            long now,
            String key,
            String where,
            @Nullable TableId table,
            Collection<TopicPartition> partitions,
            String reason,
            String advice) {
        List<String> names =
                partitions.stream().sorted().map(TopicPartition::toString).toList();
        int times = 1;
        Open before = find(key);
        if (before != null) {
            Long ended = before.problem.endedMillis();
            if (ended == null
                    || (now - ended < SAME_MILLIS && before.problem.reason().equals(reason))) {
                times = before.problem.times() + 1;
                newestFirst.remove(before);
            }
        }
        newestFirst.addFirst(new Open(
                key,
                new Problem(now, where, table == null ? null : table.toString(), names, reason, advice, times, null)));
        if (newestFirst.size() > KEPT) {
            newestFirst.removeLast();
        }
    }

    void end(long now, String key) {
        Open open = find(key);
        if (open != null && open.problem.endedMillis() == null) {
            Problem was = open.problem;
            open.problem = new Problem(
                    was.atMillis(),
                    was.where(),
                    was.table(),
                    was.partitions(),
                    was.reason(),
                    was.advice(),
                    was.times(),
                    now);
        }
    }

    List<Problem> list() {
        return newestFirst.stream().map(open -> open.problem).toList();
    }

    private @Nullable Open find(String key) {
        for (Open open : newestFirst) {
            if (open.key.equals(key)) {
                return open;
            }
        }
        return null;
    }
}
