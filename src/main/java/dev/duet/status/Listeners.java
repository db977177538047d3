package dev.duet.status;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.OpenTransaction;
import dev.duet.delivery.ReadTo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Several listeners as one. */
public record Listeners(List<DeliveryListener> all) implements DeliveryListener {
    @Override
    public void decoded(PartitionChanges piece, Instant polled, Iterable<byte[]> traceParents) {
        all.forEach(listener -> listener.decoded(piece, polled, traceParents));
    }

    @Override
    public void accepted(PartitionChanges changes) {
        all.forEach(listener -> listener.accepted(changes));
    }

    @Override
    public void writing(String sink, ChangeBatch batch) {
        all.forEach(listener -> listener.writing(sink, batch));
    }

    @Override
    public void readTo(Map<TopicPartition, ReadTo> readTo) {
        all.forEach(listener -> listener.readTo(readTo));
    }

    @Override
    public void openTransactions(Map<TopicPartition, OpenTransaction> open) {
        all.forEach(listener -> listener.openTransactions(open));
    }

    @Override
    public void paused(Set<TopicPartition> partitions) {
        all.forEach(listener -> listener.paused(partitions));
    }

    @Override
    public void written(String sink, ChangeBatch batch, Map<TopicPartition, Ledger> outcome, Duration duration) {
        all.forEach(listener -> listener.written(sink, batch, outcome, duration));
    }

    @Override
    public void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        all.forEach(listener -> listener.retrying(sink, attempt, pause, reason));
    }

    @Override
    public void recovered(String sink, int attempts) {
        all.forEach(listener -> listener.recovered(sink, attempts));
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        all.forEach(listener -> listener.delivered(nextOffsets));
    }

    @Override
    public void rewound(String sink, Set<TopicPartition> partitions, String reason) {
        all.forEach(listener -> listener.rewound(sink, partitions, reason));
    }

    @Override
    public void stopped(@Nullable TableId table, Set<TopicPartition> partitions, String reason) {
        all.forEach(listener -> listener.stopped(table, partitions, reason));
    }

    @Override
    public void started(Map<TopicPartition, Long> nextOffsets) {
        all.forEach(listener -> listener.started(nextOffsets));
    }

    @Override
    public void endsAt(Map<TopicPartition, Long> endOffsets) {
        all.forEach(listener -> listener.endsAt(endOffsets));
    }

    @Override
    public void sourceLost(String reason) {
        all.forEach(listener -> listener.sourceLost(reason));
    }

    @Override
    public void sourceBack() {
        all.forEach(DeliveryListener::sourceBack);
    }

    @Override
    public void readingEnded(int attempt, Duration pause, String reason) {
        all.forEach(listener -> listener.readingEnded(attempt, pause, reason));
    }

    @Override
    public void readingFenced(String reason) {
        all.forEach(listener -> listener.readingFenced(reason));
    }

    @Override
    public void readingBegun() {
        all.forEach(DeliveryListener::readingBegun);
    }

    @Override
    public void registryLost(int attempt, Duration pause, String reason) {
        all.forEach(listener -> listener.registryLost(attempt, pause, reason));
    }

    @Override
    public void registryBack() {
        all.forEach(DeliveryListener::registryBack);
    }

    @Override
    public void connectorLost(String reason, String advice) {
        all.forEach(listener -> listener.connectorLost(reason, advice));
    }

    @Override
    public void connectorBack() {
        all.forEach(DeliveryListener::connectorBack);
    }

    @Override
    public void buffered(long bytes) {
        all.forEach(listener -> listener.buffered(bytes));
    }

    @Override
    public void revoked(Set<TopicPartition> partitions) {
        all.forEach(listener -> listener.revoked(partitions));
    }
}
