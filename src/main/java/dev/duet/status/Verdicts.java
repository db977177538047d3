package dev.duet.status;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.OpenTransaction;
import dev.duet.status.Snapshot.Flow;
import dev.duet.status.Snapshot.Partition;
import dev.duet.status.Snapshot.State;
import dev.duet.status.Snapshot.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sentences of a verdict. */
final class Verdicts {
    private static final double BEHIND_SECONDS = 60;
    /** Of so many partitions the open transaction is told; the others are counted. */
    private static final int NAMED = 3;

    private Verdicts() {}

    static Verdict stopped(List<Partition> stopped, int all) {
        List<String> tables = stopped.stream().map(Partition::table).distinct().toList();
        String headline =
                tables.size() == 1 ? tables.getFirst() + " stands still" : tables.size() + " tables stand still";
        return new Verdict(
                State.STOPPED,
                headline,
                stopped.size() + " of " + count(all, "partition") + (stopped.size() == 1 ? " waits" : " wait")
                        + " for an operator. "
                        + stopped.getFirst().stopped());
    }

    static Verdict waiting(String headline, String reason) {
        return new Verdict(State.WAITING, headline, "Duet tries again by itself; nothing is lost. " + reason);
    }

    /** @param open at least one */
    static Verdict openTransactions(Map<TopicPartition, OpenTransaction> open) {
        List<String> each = open.entrySet().stream()
                .limit(NAMED)
                .map(one -> one.getKey() + ": " + one.getValue().text())
                .toList();
        return new Verdict(
                State.WAITING,
                "Records wait behind an open transaction",
                String.join("; ", each)
                        + (open.size() > NAMED ? "; and in " + count(open.size() - NAMED, "other partition") : "")
                        + ".");
    }

    static Verdict ofHealthy(long paused, List<Partition> partitions, Flow flow) {
        if (paused > 0) {
            boolean all = paused == partitions.size();
            return new Verdict(
                    State.PAUSED,
                    all ? "Reading is paused" : "Reading is paused in part",
                    paused + " of " + count(partitions.size(), "partition")
                            + " are not read until an operator resumes them; what was read is written.");
        }
        if (partitions.isEmpty()) {
            return new Verdict(
                    State.IDLE,
                    "Nothing to read",
                    "No partition is assigned to this process: another one reads them, or no topic matches yet.");
        }
        long unknown =
                partitions.stream().filter(partition -> partition.end() < 0).count();
        if (unknown > 0) {
            return new Verdict(
                    State.BEHIND,
                    "Looking how far there is to go",
                    "Kafka has not told the end of " + unknown + " of " + count(partitions.size(), "partition")
                            + " yet.");
        }
        String behind = count(flow.lagRecords(), "record") + " behind";
        if (flow.lagSeconds() > BEHIND_SECONDS) {
            return new Verdict(
                    State.BEHIND, "Catching up", behind + ", the oldest of them " + time(flow.lagSeconds()) + " old.");
        }
        return new Verdict(
                State.WELL,
                "All is well",
                flow.lagRecords() == 0 && flow.lagSeconds() == 0
                        ? "Both copies are level with the source."
                        : "Both copies follow the source, " + behind + ".");
    }

    private static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    private static String time(double seconds) {
        Duration duration = Duration.ofSeconds((long) seconds);
        if (duration.toHours() >= 48) {
            return duration.toDays() + " days";
        }
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
}
