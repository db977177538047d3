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
    /** One partition. What is delivered is one summary, but that the one that is being told keeps its end until it is told. */
    private static final class Known {
        final NavigableMap<Long, Summary> summaries = new TreeMap<>();
        long deliveredNext;
        long tellingNext;

        /** A piece whose COMMIT was not answered is told all the same, and must not be joined with the next one. */
        void dropTold(long before) {
            summaries.headMap(before).values().removeIf(summary -> summary.nextOffset() <= before);
        }

        /** Forgets the piece that has this offset inside, if there is one. */
        boolean dropWithin(long offset) {
            Map.Entry<Long, Summary> piece = summaries.lowerEntry(offset);
            return piece != null
                    && piece.getValue().nextOffset() > offset
                    && summaries.remove(piece.getKey(), piece.getValue());
        }

        void join() {
            Summary all = null;
            for (Summary summary : List.copyOf(summaries.values())) {
                if (summary.nextOffset() > deliveredNext) {
                    return;
                }
                if (all != null && all.nextOffset() == summary.firstOffset() && all.nextOffset() != tellingNext) {
                    summaries.remove(summary.firstOffset());
                    all = all.plus(summary);
                } else {
                    all = summary;
                }
                summaries.put(all.firstOffset(), all);
            }
        }
    }

    private final Map<TopicPartition, Known> partitions = new HashMap<>();

    /** Links of a partition come one after the other; what stands at this offset or behind it was read before a rewind. */
    @Override
    public void accepted(PartitionChanges link) {
        Summary summary = Summary.of(link);
        synchronized (partitions) {
            Known known = partitions.computeIfAbsent(link.partition(), p -> new Known());
            known.summaries.tailMap(link.firstOffset(), true).clear();
            known.dropWithin(link.firstOffset());
            known.summaries.put(link.firstOffset(), summary);
            known.deliveredNext = Math.min(known.deliveredNext, link.firstOffset());
        }
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        synchronized (partitions) {
            nextOffsets.forEach((partition, next) -> {
                Known known = partitions.get(partition);
                if (known != null) {
                    known.deliveredNext = Math.max(known.deliveredNext, next);
                    known.join();
                }
            });
        }
    }

    @Override
    public void revoked(Set<TopicPartition> revoked) {
        synchronized (partitions) {
            partitions.keySet().removeAll(revoked);
        }
    }

    /**
     * What is delivered from this offset on; it stays as it is until {@link #forget} or the next question.
     *
     * @param atLeast where it ends, or behind that: more may have been delivered since
     * @return null if it is not known: another process has told a part of it, or reading begins anew
     */
    @Nullable
    Summary from(TopicPartition partition, long firstOffset, long atLeast) {
        synchronized (partitions) {
            Known known = partitions.get(partition);
            if (known == null) {
                return null;
            }
            known.dropTold(firstOffset);
            known.tellingNext = 0;
            known.join();
            Summary summary = known.summaries.get(firstOffset);
            if (summary == null || summary.nextOffset() < atLeast || summary.nextOffset() > known.deliveredNext) {
                return null;
            }
            known.tellingNext = summary.nextOffset();
            return summary;
        }
    }

    /**
     * Forgets the piece that begins before this offset and ends behind it, after {@link #from} knew none.
     *
     * @return whether there was one: what is left of it to tell has to be read again
     */
    boolean dropWithin(TopicPartition partition, long offset) {
        synchronized (partitions) {
            Known known = partitions.get(partition);
            return known != null && known.dropWithin(offset);
        }
    }

    /** All before this offset is told. */
    void forget(TopicPartition partition, long before) {
        synchronized (partitions) {
            Known known = partitions.get(partition);
            if (known != null) {
                known.summaries.headMap(before, false).clear();
                known.tellingNext = 0;
            }
        }
    }
}
