package dev.duet.outbox;

import dev.duet.change.PartitionChanges;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The summaries of what is accepted and not yet told: of what is delivered one for each partition, however long it can't be told, and of
 * the rest one for each link on its way, whose number delivery bounds by their bytes. Thread-safe.
 */
final class Accepted implements DeliveryListener {
    private final Map<TopicPartition, NavigableMap<Long, Summary>> partitions = new HashMap<>();

    /** What both sinks hold is told together. */
    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        synchronized (partitions) {
            nextOffsets.forEach((partition, next) -> {
                NavigableMap<Long, Summary> of = partitions.get(partition);
                if (of != null) {
                    join(of, next);
                }
            });
        }
    }

    private static void join(NavigableMap<Long, Summary> of, long next) {
        Summary all = null;
        for (Summary summary : List.copyOf(of.headMap(next, false).values())) {
            if (summary.nextOffset() > next) {
                break;
            }
            if (all != null && all.nextOffset() == summary.firstOffset()) {
                of.remove(summary.firstOffset());
                all = all.plus(summary);
            } else {
                all = summary;
            }
            of.put(all.firstOffset(), all);
        }
    }

    /** Links of a partition come one after the other; what stands at this offset or behind it was read before a rewind. */
    @Override
    public void accepted(PartitionChanges link) {
        Summary summary = Summary.of(link);
        synchronized (partitions) {
            NavigableMap<Long, Summary> of = partitions.computeIfAbsent(link.partition(), p -> new TreeMap<>());
            of.tailMap(link.firstOffset(), true).clear();
            of.put(link.firstOffset(), summary);
        }
    }

    @Override
    public void revoked(Set<TopicPartition> revoked) {
        synchronized (partitions) {
            partitions.keySet().removeAll(revoked);
        }
    }

    /**
     * What is delivered from this offset on.
     *
     * @param atLeast where it ends, or behind that: more may have been delivered since
     * @return null if it is not known: another process has told a part of it, or reading begins anew
     */
    @Nullable
    Summary from(TopicPartition partition, long firstOffset, long atLeast) {
        synchronized (partitions) {
            Summary summary =
                    partitions.getOrDefault(partition, new TreeMap<>()).get(firstOffset);
            return summary == null || summary.nextOffset() < atLeast ? null : summary;
        }
    }

    /** All before this offset is told. */
    void forget(TopicPartition partition, long before) {
        synchronized (partitions) {
            NavigableMap<Long, Summary> of = partitions.get(partition);
            if (of != null) {
                of.headMap(before, false).clear();
            }
        }
    }
}
