package dev.duet.delta;

import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one commit adds to a table, decided against the positions of one snapshot: the changes that the table has not got, and where
 * that takes it.
 *
 * @param expected the positions that the decision stands on; absent = never written
 * @param moved the positions after, of the partitions that bring a change
 * @param counts what becomes of the share's changes, for each of its partitions
 * @param fresh the changes to write, by partition in the batch's order, ascending by offset in each
 */
record Append(
        Map<TopicPartition, StoredPosition> expected,
        Map<TopicPartition, StoredPosition> moved,
        Map<TopicPartition, Counts> counts,
        List<List<RowChange>> fresh) {

    /**
     * @param applied changes that are written
     * @param skipped changes that the table had
     * @param before the table's position before this write, 0 if it had none
     */
    record Counts(int applied, int skipped, long before) {}

    /** Changes of one UTC day of the source and of one schema: what goes into one file. */
    record Group(int epochDay, TableSchema schema, List<RowChange> changes) {}

    /** How an attempt to commit has ended, judged by what the table holds now. */
    enum Outcome {
        /** The positions are where they were: another writer took the version for other partitions, or nothing was written. */
        UNMOVED,
        /** The positions are ours: the commit landed and its answer was lost. */
        LANDED,
        /** Another writer has written our partitions. */
        MOVED
    }

    /** @param by the name of this writer's life */
    static Append of(TableShare share, Map<TopicPartition, StoredPosition> stored, String by) {
        Map<TopicPartition, StoredPosition> moved = new TreeMap<>();
        Map<TopicPartition, Counts> counts = new TreeMap<>();
        List<List<RowChange>> fresh = new ArrayList<>();
        for (TableShare.Link link : share.links()) {
            StoredPosition before = stored.get(link.partition());
            int skipped = before == null ? 0 : link.indexFrom(before.next());
            List<RowChange> changes =
                    link.changes().subList(skipped, link.changes().size());
            counts.put(link.partition(), new Counts(changes.size(), skipped, before == null ? 0 : before.next()));
            if (!changes.isEmpty()) {
                fresh.add(changes);
                long applied = before == null ? 0 : before.applied();
                long skippedBefore = before == null ? 0 : before.skipped();
                moved.put(
                        link.partition(),
                        new StoredPosition(
                                link.partition().generation(),
                                link.nextOffset(),
                                applied + changes.size(),
                                skippedBefore + skipped,
                                by));
            }
        }
        return new Append(stored, moved, counts, fresh);
    }

    /** Number of changes to write. */
    long rows() {
        return fresh.stream().mapToLong(List::size).sum();
    }

    boolean isEmpty() {
        return moved.isEmpty();
    }

    /** Judges a commit by the positions that the table shows after it. */
    Outcome judge(Map<TopicPartition, StoredPosition> now) {
        if (moved.entrySet().stream().allMatch(entry -> entry.getValue().equals(now.get(entry.getKey())))) {
            return Outcome.LANDED;
        }
        return movedByOthers(now).isEmpty() ? Outcome.UNMOVED : Outcome.MOVED;
    }

    /** The partitions whose positions are not where they were, after a commit that did not land. */
    Set<TopicPartition> movedByOthers(Map<TopicPartition, StoredPosition> now) {
        Set<TopicPartition> others = new TreeSet<>(moved.keySet());
        others.removeIf(partition -> Objects.equals(expected.get(partition), now.get(partition)));
        return others;
    }

    /**
     * The changes by file.
     *
     * @param byDay whether days go into files of their own, as the table's partitioning asks
     */
    List<Group> groups(boolean byDay) {
        Map<Integer, List<Group>> days = new TreeMap<>();
        for (List<RowChange> changes : fresh) {
            Group last = null;
            for (RowChange change : changes) {
                int day = byDay ? AddedVectors.epochDay(change) : 0;
                if (last == null || last.epochDay() != day || last.schema() != change.schema()) {
                    last = group(days.computeIfAbsent(day, d -> new ArrayList<>()), day, change.schema());
                }
                last.changes().add(change);
            }
        }
        return days.values().stream().flatMap(List::stream).toList();
    }

    private static Group group(List<Group> groups, int day, TableSchema schema) {
        for (Group group : groups) {
            if (group.schema().equals(schema)) {
                return group;
            }
        }
        Group group = new Group(day, schema, new ArrayList<>());
        groups.add(group);
        return group;
    }
}
