package dev.duet.inspect;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import java.util.Map;

/** The ends of the change topics. Blocks. Failures: {@link UnreachableException}. */
public interface TopicEnds extends AutoCloseable {
    /** The next offsets of the topics that may hold changes of this table: those named after it, or all if none is. */
    Map<TopicPartition, Long> ends(TableId table);

    /** Whether there are records between two offsets, and not only the gaps that transactions and compaction leave. */
    boolean holdsRecords(TopicPartition partition, long from, long to);

    @Override
    void close();
}
