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
 * The summaries of what is accepted and not yet told. As many as there are links on their way, whose number delivery bounds by their
 * bytes. Thread-safe.
 */
final class Accepted implements DeliveryListener {
    private final Map<TopicPartition, NavigableMap<Long, Summary>> partitions = new HashMap<>();

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
     * What lies between two offsets.
     *
     * @return null if it is not known without a gap: another process has told a part of it, or reading begins anew
     */
    @Nullable
    List<Summary> between(TopicPartition partition, long firstOffset, long nextOffset) {
        synchronized (partitions) {
            NavigableMap<Long, Summary> of = partitions.getOrDefault(partition, new TreeMap<>());
            List<Summary> range =
                    List.copyOf(of.subMap(firstOffset, true, nextOffset, false).values());
            long at = firstOffset;
            for (Summary summary : range) {
                if (summary.firstOffset() != at) {
                    return null;
                }
                at = summary.nextOffset();
            }
            return at == nextOffset ? range : null;
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
