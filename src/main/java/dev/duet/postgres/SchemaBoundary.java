package dev.duet.postgres;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.TableStoppedException;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A batch brings changes of a schema that a target is not fit for; nothing of it was written. What lies before them can be: else, after an
 * operator has made the target fit, it would no longer be for the changes of the schema before.
 */
final class SchemaBoundary extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient TableStoppedException stop;
    private final transient Predicate<RowChange> behind;

    /** @param behind which changes can't be written */
    SchemaBoundary(TableStoppedException stop, Predicate<RowChange> behind) {
        super(stop.getMessage(), stop);
        this.stop = stop;
        this.behind = behind;
    }

    TableStoppedException stop() {
        return stop;
    }

    /** What of the batch can be written, so that each partition with changes of the table stands at its boundary. */
    ChangeBatch before(ChangeBatch batch) {
        TableId table = stop.table();
        Set<TopicPartition> concerned = batch.partitionsOf(table);
        return new ChangeBatch(batch.partitions().stream()
                .filter(link -> concerned.contains(link.partition()))
                .map(this::before)
                .filter(link -> link.nextOffset() > link.firstOffset())
                .toList());
    }

    private PartitionChanges before(PartitionChanges link) {
        return link.changes().stream()
                .filter(behind)
                .findFirst()
                .map(change -> link.until(change.offset()))
                .orElse(link);
    }
}
