package dev.duet.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * An event that says that rows of a table are in both copies.
 *
 * @param table with its schema
 * @param rows how many changes it counts in its ranges
 */
record Told(String table, List<Range> ranges, long rows) {
    /** Offsets from {@code from} up to, not including, {@code to}. */
    record Range(String topic, int partition, long from, long to) {
        /** @param ends where the ranges before it ended, by partition; takes its own end */
        private void follow(Map<Integer, Long> ends, List<String> wrong) {
            long end = ends.getOrDefault(partition, 0L);
            if (from < end || to <= from) {
                wrong.add("an event of partition " + partition + " is from " + from + " to " + to + ", after one to "
                        + end);
            }
            ends.put(partition, Math.max(end, to));
        }

        /** The records of it that are rows. */
        private List<Count.Origin> records(List<Set<Long>> unreadable) {
            Set<Long> without = partition < unreadable.size() ? unreadable.get(partition) : Set.of();
            return LongStream.range(from, to)
                    .filter(offset -> !without.contains(offset))
                    .mapToObj(offset -> new Count.Origin(topic, partition, offset))
                    .toList();
        }
    }

    /**
     * What is wrong with the events of a history that is delivered to its end: each record must be in one range and no range may hold
     * more, so the last one ends at the delivered position, but for unreadable records before it.
     *
     * @param events in the order in which they were committed
     * @param topic the history's only topic
     * @param table its only table, in {@code public}
     * @param written for each partition the number of its records, which are its offsets from 0
     * @param unreadable for each partition the offsets that are no row anywhere
     */
    static List<String> wrong(
            List<Told> events, String topic, String table, long[] written, List<Set<Long>> unreadable) {
        List<String> wrong = new ArrayList<>();
        List<Count.Origin> all = new ArrayList<>();
        Map<Integer, Long> ends = new HashMap<>();
        for (Told event : events) {
            if (!event.table.equals("public." + table)) {
                wrong.add("an event is of " + event.table);
            }
            event.ranges.forEach(range -> range.follow(ends, wrong));
            List<Count.Origin> records = event.records(unreadable);
            if (event.rows != records.size()) {
                wrong.add("an event counts " + event.rows + " rows, not " + records.size() + ", in " + event.ranges);
            }
            all.addAll(records);
        }
        Count count = Count.of(topic, written, unreadable, all);
        if (!count.isClean()) {
            wrong.add("events lost=" + count.lost() + " duplicated=" + count.duplicated() + " foreign="
                    + count.foreign());
        }
        return wrong;
    }

    private List<Count.Origin> records(List<Set<Long>> unreadable) {
        return ranges.stream()
                .flatMap(range -> range.records(unreadable).stream())
                .toList();
    }
}
