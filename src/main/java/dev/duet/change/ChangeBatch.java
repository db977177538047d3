package dev.duet.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a sink writes at once: for each partition all that has gathered since its last write.
 *
 * @param partitions one entry for each partition, in the order of {@link TopicPartition#compareTo}
 */
public record ChangeBatch(List<PartitionChanges> partitions) {
    /** Joins the links of each partition, in the order in which they came. */
    public static ChangeBatch of(List<PartitionChanges> links) {
        TreeMap<TopicPartition, List<PartitionChanges>> byPartition = new TreeMap<>();
        for (PartitionChanges link : links) {
            byPartition
                    .computeIfAbsent(link.partition(), p -> new ArrayList<>())
                    .add(link);
        }
        return new ChangeBatch(
                byPartition.values().stream().map(PartitionChanges::join).toList());
    }

    /** The batch without some of its partitions. */
    public ChangeBatch without(Set<TopicPartition> dropped) {
        return new ChangeBatch(partitions.stream()
                .filter(link -> !dropped.contains(link.partition()))
                .toList());
    }

    /** The partitions that carry a change of this table. */
    public Set<TopicPartition> partitionsOf(TableId table) {
        return partitions.stream()
                .filter(link -> link.changes().stream()
                        .anyMatch(change -> change.table().equals(table)))
                .map(PartitionChanges::partition)
                .collect(Collectors.toSet());
    }

    public Set<TopicPartition> topicPartitions() {
        return partitions.stream().map(PartitionChanges::partition).collect(Collectors.toSet());
    }

    public boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** Number of row changes. */
    public int rows() {
        return partitions.stream().mapToInt(link -> link.changes().size()).sum();
    }

    /** About how much memory the changes hold. */
    public long bytes() {
        return partitions.stream().mapToLong(PartitionChanges::bytes).sum();
    }
}
