package dev.duet.delta;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far one table has come in one partition, as stored in the table's domain metadata in the commit that holds the rows.
 *
 * <pre>
 * {"next":6000,"applied":5990,"skipped":10,"by":"k3v9x0q2"}
 * </pre>
 *
 * <p>With a topic that was made again {@code "generation":1} stands in front.
 *
 * @param generation the topic's generation, see {@link dev.duet.change.TopicPartition}
 * @param next the first offset that the table has not got
 * @param applied changes that the table took from this partition in this generation
 * @param skipped changes that came again although the table had them (counted with the next commit that holds a row)
 * @param by the writer that moved it: a random name of one sink's life, by which it knows its own commit when the answer was lost
 */
record StoredPosition(int generation, long next, long applied, long skipped, String by) {
    private static final Pattern JSON = Pattern.compile(
            "\\{\\s*(?:\"generation\"\\s*:\\s*(\\d{1,9})\\s*,\\s*)?\"next\"\\s*:\\s*(\\d+)\\s*,\\s*\"applied\"\\s*:\\s*(\\d+)\\s*,\\s*\"skipped\"\\s*:\\s*(\\d+)"
                    + "\\s*,\\s*\"by\"\\s*:\\s*\"([a-z0-9]*)\"\\s*}");

    String json() {
        return (generation == 0 ? "{" : "{\"generation\":" + generation + ",") + "\"next\":" + next + ",\"applied\":"
                + applied + ",\"skipped\":" + skipped + ",\"by\":\"" + by + "\"}";
    }

    /** @throws IllegalArgumentException if the text is none of ours */
    static StoredPosition parse(String json) {
        Matcher matcher = JSON.matcher(json);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a position of Duet: " + json);
        }
        return new StoredPosition(
                matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                Long.parseLong(matcher.group(4)),
                matcher.group(5));
    }
}
