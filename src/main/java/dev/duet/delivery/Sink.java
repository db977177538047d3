package dev.duet.delivery;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TopicPartition;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * One copy of the data: takes batches, and remembers in the same transaction how far it has come.
 *
 * <p>What every sink promises (and {@code SinkContract} tests):
 *
 * <ul>
 *   <li>A write is all or nothing for each table and partition: rows and position become durable together, or neither does.
 *   <li>What lies below its own position it skips, record by record, however the batches are cut.
 *   <li>It moves a position only from where it last read or left it. If another writer has moved it meanwhile, nothing is written
 *       and the write fails with {@link PositionMovedException}.
 *   <li>A failed write may have landed or not. After {@link #open} the sink knows, and the same batch may be written again.
 * </ul>
 *
 * <p>One write is under way at a time; {@code open} and {@code close} are not called meanwhile for the partitions of that write.
 * Failures: {@link PositionMovedException}, {@link RetriableException}, {@link TableStoppedException}; anything else is a defect
 * and stops the partitions concerned. No method blocks or throws: failures come with the stage.
 */
public interface Sink {
    /** The sink's name in metrics, logs and errors: {@code postgres} or {@code delta}. */
    String name();

    /**
     * Reads the stored positions of these partitions anew and forgets what it remembered of them.
     *
     * @return the positions the sink can tell without reading a batch (a sink that keeps positions by table may learn them only
     *     when a table's first change arrives; partitions that it has never seen are absent)
     */
    CompletionStage<Map<TopicPartition, Position>> open(Collection<TopicPartition> partitions);

    /**
     * Writes what the sink has not got of this batch, with the positions.
     *
     * @return for each partition what became of the batch's records at this sink
     */
    CompletionStage<Map<TopicPartition, Ledger>> write(ChangeBatch batch);

    /**
     * A link of the last write that succeeded, with the values that its changes lack ({@link dev.duet.change.Row#UNCHANGED}) and this sink
     * knows. Asked before the next write begins. What it does not know stays as it is: nothing is invented.
     */
    default PartitionChanges completed(PartitionChanges link) {
        return link;
    }

    /** The partitions belong to somebody else now: forget them. */
    void close(Collection<TopicPartition> partitions);
}
