package dev.duet.delivery;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TopicPartition;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Tries what failed for a retriable reason again. Whether a failed write landed is not known, so the positions are read anew
 * before each further attempt: what did land is then skipped.
 */
public final class RetryingSink implements Sink {
    private final Sink sink;
    private final Retry retry;

    public RetryingSink(Sink sink, Retry retry) {
        this.sink = sink;
        this.retry = retry;
    }

    @Override
    public String name() {
        return sink.name();
    }

    @Override
    public CompletionStage<Map<TopicPartition, Position>> open(Collection<TopicPartition> partitions) {
        return retry.run(() -> sink.open(partitions));
    }

    @Override
    public CompletionStage<Map<TopicPartition, Ledger>> write(ChangeBatch batch) {
        return retry.run(
                () -> sink.write(batch),
                () -> sink.open(batch.topicPartitions()).thenCompose(positions -> sink.write(batch)));
    }

    @Override
    public PartitionChanges completed(PartitionChanges link) {
        return sink.completed(link);
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        sink.close(partitions);
    }
}
