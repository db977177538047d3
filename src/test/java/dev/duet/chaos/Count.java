package dev.duet.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How often a store holds each record, against how often it has to.
 *
 * @param lost records of the history that it does not hold
 * @param duplicated copies beyond the first
 * @param foreign rows of no record of the history
 */
record Count(long lost, long duplicated, long foreign) {
    static final Count NONE = new Count(0, 0, 0);

    /** Where a row says that it comes from. */
    record Origin(String topic, int partition, long offset) {}

    boolean isClean() {
        return lost == 0 && duplicated == 0 && foreign == 0;
    }

    Count plus(Count other) {
        return new Count(lost + other.lost, duplicated + other.duplicated, foreign + other.foreign);
    }

    /**
     * Counts.
     *
     * @param topic the history's only topic
     * @param written for each partition the number of its records, which are its offsets from 0
     * @param unreadable for each partition the offsets that are no row anywhere
     * @param rows what the store holds
     */
    static Count of(String topic, long[] written, List<Set<Long>> unreadable, Iterable<Origin> rows) {
        Map<Integer, Set<Long>> held = new HashMap<>();
        long duplicated = 0;
        long foreign = 0;
        for (Origin row : rows) {
            int partition = row.partition();
            if (!row.topic().equals(topic)
                    || partition < 0
                    || partition >= written.length
                    || row.offset() < 0
                    || row.offset() >= written[partition]
                    || unreadable.get(partition).contains(row.offset())) {
                foreign++;
            } else if (!held.computeIfAbsent(partition, p -> new HashSet<>()).add(row.offset())) {
                duplicated++;
            }
        }
        long lost = 0;
        for (int partition = 0; partition < written.length; partition++) {
            int there = held.getOrDefault(partition, Set.of()).size();
            lost += written[partition] - unreadable.get(partition).size() - there;
        }
        return new Count(lost, duplicated, foreign);
    }

    /**
     * What is wrong with the positions of a history that is delivered to its end.
     *
     * @param end for each partition the number of its records
     * @param stored for each partition the position; absent means none
     * @param what for the sentences
     */
    static List<String> stalePositions(String what, long[] end, Map<Integer, Long> stored) {
        List<String> wrong = new ArrayList<>();
        for (int partition = 0; partition < end.length; partition++) {
            long next = stored.getOrDefault(partition, 0L);
            if (next != end[partition]) {
                wrong.add(what + " of partition " + partition + " is " + next + ", must be " + end[partition]);
            }
        }
        return wrong;
    }
}
