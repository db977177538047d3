package dev.duet.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * All that one partition brought between two positions, in offset order: a link of a chain, each beginning where the one before
 * ended. Offsets between the two that appear in none of the lists are no records (transaction markers, compacted records).
 *
 * @param partition the partition
 * @param firstOffset the consumer's position before: the {@code nextOffset} of the link before, or where the consumer was sought to
 * @param nextOffset the consumer's position after
 * @param read how many records Kafka gave between the two, counted on arrival: each must be in one of the three lists
 * @param changes the records that changed a row
 * @param filtered offsets of the records that carry no row for the sinks (tombstones, heartbeats, messages, filtered ones)
 * @param deadLettered offsets of the records that went to the dead-letter topic
 * @param bytes about how much memory the changes hold
 */
public record PartitionChanges(
        TopicPartition partition,
        long firstOffset,
        long nextOffset,
        long read,
        List<RowChange> changes,
        Offsets filtered,
        Offsets deadLettered,
        long bytes) {

    /** @throws IllegalArgumentException if the lists don't account for every record that was read, or a change lies outside */
    public PartitionChanges {
        if (!changes.isEmpty()
                && (changes.getFirst().offset() < firstOffset
                        || changes.getLast().offset() >= nextOffset)) {
            throw new IllegalArgumentException(
                    "changes of " + partition + " lie outside of offsets " + firstOffset + " to " + nextOffset);
        }
        long listed = (long) changes.size() + filtered.size() + deadLettered.size();
        if (listed != read) {
            throw new IllegalArgumentException("of " + partition + " from offset " + firstOffset + " to " + nextOffset
                    + ", " + read + " records were read and " + listed + " are accounted for");
        }
    }

    /** Number of records from this offset on. */
    public long recordsFrom(long offset) {
        return changes.size()
                - indexFrom(changes, offset)
                + filtered.countFrom(offset)
                + deadLettered.countFrom(offset);
    }

    /** The changes at this offset and above: what a sink at that position has not got yet. */
    public List<RowChange> changesFrom(long offset) {
        return changes.subList(indexFrom(changes, offset), changes.size());
    }

    /** Of changes in offset order, the index of the first one at this offset or above. */
    public static int indexFrom(List<RowChange> changes, long offset) {
        int low = 0;
        int high = changes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (changes.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The same link with some of its changes in a fuller form, each at its own offset. */
    public PartitionChanges with(UnaryOperator<RowChange> fuller) {
        List<RowChange> all = changes.stream().map(fuller).toList();
        return new PartitionChanges(
                partition,
                firstOffset,
                nextOffset,
                read,
                all,
                filtered,
                deadLettered,
                all.stream().mapToLong(RowChange::bytes).sum());
    }

    /** The part before this offset, which is not beyond the end. */
    public PartitionChanges until(long offset) {
        List<RowChange> before = changes.subList(0, indexFrom(changes, offset));
        Offsets filteredBefore = filtered.until(offset);
        Offsets deadLetteredBefore = deadLettered.until(offset);
        return new PartitionChanges(
                partition,
                firstOffset,
                Math.max(firstOffset, offset),
                (long) before.size() + filteredBefore.size() + deadLetteredBefore.size(),
                before,
                filteredBefore,
                deadLetteredBefore,
                before.stream().mapToLong(RowChange::bytes).sum());
    }

    /**
     * Joins links of one partition.
     *
     * @throws IllegalArgumentException if one does not begin where the one before ended
     */
    public static PartitionChanges join(List<PartitionChanges> links) {
        PartitionChanges first = links.getFirst();
        if (links.size() == 1) {
            return first;
        }
        long next = first.firstOffset;
        long bytes = 0;
        long read = 0;
        int size = 0;
        for (PartitionChanges link : links) {
            if (link.firstOffset != next || !link.partition.equals(first.partition)) {
                throw new IllegalArgumentException(
                        link.partition + "@" + link.firstOffset + " does not follow " + first.partition + "@" + next);
            }
            next = link.nextOffset;
            bytes += link.bytes;
            read += link.read;
            size += link.changes.size();
        }
        List<RowChange> changes = new ArrayList<>(size);
        links.forEach(link -> changes.addAll(link.changes));
        return new PartitionChanges(
                first.partition,
                first.firstOffset,
                next,
                read,
                changes,
                Offsets.join(links.stream().map(PartitionChanges::filtered).toList()),
                Offsets.join(links.stream().map(PartitionChanges::deadLettered).toList()),
                bytes);
    }

    /** Ascending offsets. Immutable. */
    public static final class Offsets {
        public static final Offsets NONE = new Offsets(new long[0]);

        private final long[] ascending;

        private Offsets(long[] ascending) {
            this.ascending = ascending;
        }

        public static Offsets of(long... ascending) {
            return ascending.length == 0 ? NONE : new Offsets(ascending.clone());
        }

        public int size() {
            return ascending.length;
        }

        /** How many lie at this offset or above. */
        public int countFrom(long offset) {
            int at = Arrays.binarySearch(ascending, offset);
            return ascending.length - (at >= 0 ? at : -at - 1);
        }

        Offsets until(long offset) {
            return of(Arrays.copyOf(ascending, ascending.length - countFrom(offset)));
        }

        static Offsets join(List<Offsets> parts) {
            return of(parts.stream()
                    .flatMapToLong(part -> Arrays.stream(part.ascending))
                    .toArray());
        }
    }
}
