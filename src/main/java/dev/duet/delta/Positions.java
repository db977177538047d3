package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.Snapshot;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names and reads the positions of one pipeline: one domain for each partition, {@code duet.<pipeline>.<topic>-<number>}. The
 * pipeline's name is escaped as in a path, so that its end can be told from the topic's beginning (a topic may contain dots).
 */
final class Positions {
    private final String prefix;

    Positions(String pipeline) {
        this.prefix = "duet." + TablePaths.segment(pipeline) + ".";
    }

    String domain(TopicPartition partition) {
        return prefix + partition;
    }

    /**
     * Puts the position of a domain of this pipeline into the map, by {@code topic-partition}; other domains and what can't be read are
     * passed over.
     */
    void show(String domain, String json, Map<String, Long> into) {
        if (domain.startsWith(prefix)) {
            try {
                into.put(
                        domain.substring(prefix.length()),
                        StoredPosition.parse(json).next());
            } catch (IllegalArgumentException notOurs) {
                // A look only: the sink says it when it meets it.
            }
        }
    }

    /**
     * The positions of these partitions in this snapshot; partitions never written in their generation are absent.
     *
     * @throws PositionMovedException if one is of a newer generation: the asker's topic does not exist any more
     */
    Map<TopicPartition, StoredPosition> read(TableId table, Snapshot snapshot, Collection<TopicPartition> partitions) {
        Map<TopicPartition, StoredPosition> positions = new HashMap<>();
        Set<TopicPartition> newer = new TreeSet<>();
        for (TopicPartition partition : partitions) {
            Optional<String> json = snapshot.getDomainMetadata(domain(partition));
            if (json.isPresent()) {
                StoredPosition stored = parse(table, snapshot, domain(partition), json.get());
                if (stored.generation() == partition.generation()) {
                    positions.put(partition, stored);
                } else if (stored.generation() > partition.generation()) {
                    newer.add(partition);
                }
            }
        }
        if (!newer.isEmpty()) {
            throw KnownPositions.moved("Delta table " + table, newer);
        }
        return positions;
    }

    private static StoredPosition parse(TableId table, Snapshot snapshot, String domain, String json) {
        try {
            return StoredPosition.parse(json);
        } catch (IllegalArgumentException e) {
            throw new TableStoppedException(
                    table,
                    "Delta table " + table + " at " + snapshot.getPath() + ", version " + snapshot.getVersion()
                            + ": the domain metadata " + domain + " does not hold a position of Duet. Something else"
                            + " wrote it; restore the value that an earlier version has, or drop the table and let"
                            + " Duet fill it again.",
                    e);
        }
    }
}
