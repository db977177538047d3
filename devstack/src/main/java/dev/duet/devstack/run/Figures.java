package dev.duet.devstack.run;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The figures of one line. Null: could not be had at that moment.
///
/// @param sourceRows in the source's tables
/// @param mirrorRows in their mirrors
/// @param delta what the Delta tables hold
/// @param behind offsets in Kafka that are not in both sinks
/// @param changes that the demo committed since the line before
/// @param delays seconds from a commit in the source to the sinks
record Figures(
        LocalTime time,
        Long sourceRows,
        Long mirrorRows,
        DeltaTables.Content delta,
        Long behind,
        Long changes,
        Delays delays) {

    /// Seconds, the largest of all partitions.
    record Delays(Double postgres, Double delta) {}

    static final int WIDTH = 119;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /// At most [#WIDTH] characters, the columns one below the other; figures that outgrow them push the rest to the
    /// right.
    String line() {
        String line = String.format(
                Locale.ROOT,
                "%s  source %6s rows | postgres %6s | delta %7s events %-7s | behind %5s | +%s | delay %s / %s s",
                TIME.format(time),
                count(sourceRows),
                count(mirrorRows),
                delta == null ? "-" : count(delta.events()),
                delta == null ? "(-)" : "(v" + delta.version() + ")",
                count(behind),
                count(changes),
                seconds(delays == null ? null : delays.postgres()),
                seconds(delays == null ? null : delays.delta()));
        // Large figures take the room of padding and units.
        return line.length() <= WIDTH
                ? line
                : line.replaceAll(" (rows|events)\\b", "").replaceAll("(?<=\\w) +", " ");
    }

    private static String count(Long number) {
        if (number == null) {
            return "-";
        }
        return number < 1_000_000
                ? String.format(Locale.ROOT, "%,d", number)
                : String.format(Locale.ROOT, "%,.1fM", number / 1e6);
    }

    private static String seconds(Double seconds) {
        return seconds == null ? "-" : String.format(Locale.ROOT, seconds < 100 ? "%.1f" : "%,.0f", seconds);
    }
}
