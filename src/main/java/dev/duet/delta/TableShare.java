package dev.duet.delta;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.LedgerBrokenException;
import dev.duet.delivery.TableStoppedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One table's share of a batch.
 *
 * @param source the source table that it is of
 * @param links one for each partition that carries a change of the table, in the batch's order
 */
record TableShare(TableId table, TableId source, List<Link> links) {
    /**
     * A table's changes of one partition, in offset order.
     *
     * @param firstOffset where the batch begins in the partition
     * @param nextOffset the partition's position after the batch, and the table's once it has these changes
     */
    record Link(TopicPartition partition, List<RowChange> changes, long firstOffset, long nextOffset) {
        /** Index of the first change at this offset or above. */
        int indexFrom(long offset) {
            return PartitionChanges.indexFrom(changes, offset);
        }
    }

    /**
     * Cuts the batch by table, tables in the order of their first change.
     *
     * @throws LedgerBrokenException if not every change is in some share
     * @throws TableStoppedException if the changes of two source tables have one table
     */
    static List<TableShare> of(ChangeBatch batch) {
        Map<TableId, TableShare> shares = new LinkedHashMap<>();
        for (PartitionChanges link : batch.partitions()) {
            Map<TableId, List<RowChange>> byTable = byTable(link.changes());
            byTable.forEach((table, changes) -> {
                TableId source = changes.getFirst().schema().source();
                TableShare share = shares.computeIfAbsent(table, t -> new TableShare(t, source, new ArrayList<>()));
                changes.forEach(change -> share.checkSource(change.schema()));
                share.links().add(new Link(link.partition(), changes, link.firstOffset(), link.nextOffset()));
            });
        }
        long rows = shares.values().stream()
                .flatMap(share -> share.links().stream())
                .mapToLong(link -> link.changes().size())
                .sum();
        if (rows != batch.rows()) {
            throw new LedgerBrokenException(
                    batch.topicPartitions(),
                    "the batch has " + batch.rows() + " changes, the shares of its tables have " + rows);
        }
        return List.copyOf(shares.values());
    }

    /** Neighbours are mostly of one schema: its identity spares the look-up of the table. */
    private static Map<TableId, List<RowChange>> byTable(List<RowChange> changes) {
        Map<TableId, List<RowChange>> byTable = new HashMap<>();
        TableSchema last = null;
        @Nullable List<RowChange> list = null;
        for (RowChange change : changes) {
            if (list == null || change.schema() != last) {
                last = change.schema();
                list = byTable.computeIfAbsent(last.table(), t -> new ArrayList<>());
            }
            list.add(change);
        }
        return byTable;
    }

    private void checkSource(TableSchema schema) {
        if (schema.source() != source && !schema.source().equals(source)) {
            throw shared(table, source, schema.source());
        }
    }

    /** A change log belongs to one source table: {@code duet.transform} must not lead two to one name. */
    static TableStoppedException shared(TableId table, TableId source, TableId other) {
        return new TableStoppedException(
                table,
                "the rows of " + source + " and of " + other + " would go into one Delta table, " + table
                        + ". Give one of them another route (duet.transform).");
    }

    /** What lies before the first change of this schema in each partition. */
    TableShare before(TableSchema schema) {
        List<Link> before = new ArrayList<>();
        for (Link link : links) {
            int end = 0;
            while (end < link.changes().size()
                    && !link.changes().get(end).schema().equals(schema)) {
                end++;
            }
            if (end == link.changes().size()) {
                before.add(link);
            } else if (end > 0) {
                before.add(new Link(
                        link.partition(),
                        link.changes().subList(0, end),
                        link.firstOffset(),
                        link.changes().get(end).offset()));
            }
        }
        return new TableShare(table, source, before);
    }

    Set<TopicPartition> partitions() {
        Set<TopicPartition> partitions = new TreeSet<>();
        links.forEach(link -> partitions.add(link.partition()));
        return partitions;
    }
}
