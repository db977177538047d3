package dev.duet.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of two lanes, with sinks that answer when the test says so. */
class DeliveryTest {
    private static final TableId TABLE = new TableId("public", "orders");
    private static final TableSchema SCHEMA =
            new TableSchema(TABLE, List.of(new Column("id", new ColumnType.Int32())), List.of(0));
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final FakeSink fast = new FakeSink("fast");
    private final FakeSink slow = new FakeSink("slow");
    private final FakeUpstream upstream = new FakeUpstream();
    private final FakeStore store = new FakeStore();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void deliveredFollowsTheSlowerLane() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 10));
        fast.answer();
        assertThat(upstream.delivered).isEmpty();
        slow.answer();
        assertThat(upstream.delivered).containsExactly(Map.of(P0, 10L));
    }

    @Test
    void aLaneTakesAllThatGatheredWhileItWrote() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 1));
        accept(delivery, epoch, changes(P0, 1, 3));
        accept(delivery, epoch, changes(P0, 3, 7));
        fast.answer();
        assertThat(fast.pendingRange()).isEqualTo("1..7");
    }

    @Test
    void anIntervalLetsChangesGatherAndThenWrites() {
        Delivery delivery = delivery(Duration.ofMillis(150), 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 1));
        accept(delivery, epoch, changes(P0, 1, 2));
        assertThat(fast.isWriting()).isTrue();
        assertThat(slow.isWriting()).isFalse();
        await(slow::isWriting);
        assertThat(slow.pendingRange()).isEqualTo("0..2");
    }

    @Test
    void withoutRoomTheNextReadWaitsAndTheLanesDontWaitForCompany() {
        Delivery delivery = delivery(Duration.ofHours(1), 500);
        int epoch = start(delivery, P0, 0);
        CompletionStage<Void> room = accept(delivery, epoch, changes(P0, 0, 10));
        assertThat(room.toCompletableFuture()).isNotDone();
        await(slow::isWriting);
        fast.answer();
        assertThat(room.toCompletableFuture()).isNotDone();
        slow.answer();
        assertThat(room.toCompletableFuture()).isDone();
    }

    @Test
    void whatDoesNotFollowOrHasAnOldEpochIsDroppedAndTheRightPlaceIsSoughtAgain() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 5, 6));
        assertThat(fast.isWriting()).isFalse();
        assertThat(upstream.rewound).containsExactly(Set.of(P0));
        accept(delivery, epoch, changes(P0, 0, 6));
        assertThat(fast.isWriting()).as("before the partition is opened again").isFalse();
        int second = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 6));
        assertThat(fast.isWriting()).isFalse();
        assertThat(upstream.rewound).hasSize(2);
        accept(delivery, second, changes(P0, 0, 6));
        assertThat(fast.isWriting()).as("of an epoch that was given up").isFalse();
        accept(delivery, start(delivery, P0, 0), changes(P0, 0, 6));
        assertThat(fast.isWriting()).isTrue();
        assertThat(upstream.rewound).hasSize(2);
    }

    @Test
    void aMovedPositionRewindsItsPartitionAndTheOthersAreWrittenAgain() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        delivery.accept(
                List.of(new Delivery.Read(first, changes(P0, 0, 4)), new Delivery.Read(second, changes(P1, 0, 4))));
        fast.fail(new PositionMovedException(Set.of(P0), "moved"));
        assertThat(upstream.rewound).containsExactly(Set.of(P0));
        assertThat(fast.pendingPartitions()).containsExactly(P1);
        fast.answer();
        slow.answer();
        assertThat(upstream.delivered).containsExactly(Map.of(P1, 4L));
    }

    @Test
    void aSinkThatDoesNotAccountForEveryRecordStopsThePartitionAndNothingCountsAsDelivered() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        delivery.accept(
                List.of(new Delivery.Read(first, changes(P0, 0, 4)), new Delivery.Read(second, changes(P1, 0, 4))));
        fast.answer();
        slow.answer(Map.of(P0, new Ledger(3, 0, 0, 0), P1, new Ledger(4, 0, 0, 0)));
        assertThat(upstream.stopped).containsExactly(Set.of(P0));
        assertThat(slow.pendingPartitions()).containsExactly(P1);
        slow.answer();
        assertThat(upstream.delivered).containsExactly(Map.of(P1, 4L));
    }

    @Test
    void aLinkThatDoesNotAccountForEveryRecordCantBeMade() {
        assertThatThrownBy(() -> new PartitionChanges(P0, 0, 3, 3, List.of(), Offsets.of(0, 1), Offsets.NONE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 records were read and 2 are accounted for");
    }

    @Test
    void aTableThatCantBeWrittenStopsAlone() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        PartitionChanges other = new PartitionChanges(P1, 0, 3, 3, List.of(), Offsets.of(0, 1, 2), Offsets.NONE, 0);
        delivery.accept(List.of(new Delivery.Read(first, changes(P0, 0, 4)), new Delivery.Read(second, other)));
        slow.answer();
        fast.fail(new TableStoppedException(TABLE, "no such column"));
        assertThat(upstream.stopped).containsExactly(Set.of(P0));
        fast.answer();
        assertThat(upstream.delivered).containsExactly(Map.of(P1, 3L));
        accept(delivery, first, changes(P0, 4, 5));
        assertThat(fast.isWriting()).isFalse();
    }

    @Test
    void anUnexpectedFailureStopsInsteadOfSkipping() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        fast.fail(new IllegalStateException("defect"));
        slow.answer();
        assertThat(upstream.stopped).containsExactly(Set.of(P0));
        assertThat(upstream.delivered).isEmpty();
    }

    @Test
    void anErrorThrownByASinkStopsItsPartitionsAndTheLaneGoesOn() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        fast.error = new OutOfMemoryError("of the test");
        accept(delivery, first, changes(P0, 0, 4));
        assertThat(upstream.stopped).containsExactly(Set.of(P0));
        fast.error = null;
        accept(delivery, second, changes(P1, 0, 4));
        assertThat(fast.pendingPartitions()).containsExactly(P1);
    }

    @Test
    void aRevokedPartitionIsForgottenAndItsWriteDeliversNothing() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        delivery.revoke(Set.of(P0));
        assertThat(fast.closed).isEmpty();
        fast.answer();
        slow.answer();
        assertThat(upstream.delivered).isEmpty();
        assertThat(fast.closed).contains(P0);
    }

    @Test
    void openingWaitsForTheWriteUnderWay() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        CompletableFuture<?> opening = delivery.open(Set.of(P0)).toCompletableFuture();
        fast.answer();
        assertThat(opening).isNotDone();
        slow.answer();
        assertThat(opening).isDone();
    }

    @Test
    void whatIsDroppedMakesRoom() {
        Delivery delivery = delivery(Duration.ZERO, 500);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        accept(delivery, first, changes(P0, 0, 1));
        CompletionStage<Void> room = accept(delivery, second, changes(P1, 0, 10));
        assertThat(room.toCompletableFuture()).isNotDone();
        delivery.revoke(Set.of(P1));
        assertThat(room.toCompletableFuture()).isDone();
    }

    @Test
    void openingAnewMakesRoom() {
        Delivery delivery = delivery(Duration.ZERO, 500);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        accept(delivery, first, changes(P0, 0, 1));
        CompletionStage<Void> room = accept(delivery, second, changes(P1, 0, 10));
        var unused = delivery.open(Set.of(P1));
        assertThat(room.toCompletableFuture()).isDone();
    }

    @Test
    void drainWritesAtOnceAndStoresWhatIsDelivered() {
        Delivery delivery = delivery(Duration.ofHours(1), 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        CompletableFuture<Void> drained = delivery.drain().toCompletableFuture();
        fast.answer();
        assertThat(drained).isNotDone();
        slow.answer();
        assertThat(drained).isDone();
        assertThat(store.stored).containsEntry(P0, 4L);
    }

    @Test
    void onePositionIsStoredAtATimeAndWhatComesMeanwhileTogether() {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        List<Map<TopicPartition, Long>> asked = new ArrayList<>();
        DeliveredKeeper keeper = new DeliveredKeeper(
                new FakeStore() {
                    @Override
                    public CompletionStage<Void> advance(Map<TopicPartition, Long> delivered) {
                        asked.add(delivered);
                        answers.add(new CompletableFuture<>());
                        return answers.getLast();
                    }
                },
                timer,
                moved -> {});
        keeper.delivered(Map.of(P0, 1L));
        CompletableFuture<Void> first = keeper.flush().toCompletableFuture();
        keeper.delivered(Map.of(P0, 2L));
        CompletableFuture<Void> second = keeper.flush().toCompletableFuture();
        keeper.delivered(Map.of(P0, 3L, P1, 7L));
        CompletableFuture<Void> third = keeper.flush().toCompletableFuture();
        assertThat(asked).containsExactly(Map.of(P0, 1L));
        answers.getFirst().completeExceptionally(new RetriableException("away"));
        assertThat(first).isDone();
        assertThat(second).isNotDone();
        assertThat(asked).containsExactly(Map.of(P0, 1L), Map.of(P0, 3L, P1, 7L));
        answers.getLast().complete(null);
        assertThat(second).isDone();
        assertThat(third).isDone();
        keeper.delivered(Map.of(P0, 4L));
        var unused = keeper.flush();
        assertThat(asked.getLast()).isEqualTo(Map.of(P0, 4L));
    }

    @Test
    void aRetriableFailureIsTriedAgainAfterReadingThePositions() {
        Retry retry = new Retry(
                "fast", new Backoff(Duration.ofMillis(1), Duration.ofMillis(2)), timer, new DeliveryListener() {});
        RetryingSink sink = new RetryingSink(fast, retry);
        var written = sink.write(ChangeBatch.of(List.of(changes(P0, 0, 4)))).toCompletableFuture();
        fast.fail(new RetriableException("away"));
        await(fast::isWriting);
        assertThat(fast.opened).containsExactly(P0);
        fast.answer();
        assertThat(written).isCompletedWithValueMatching(outcome -> outcome.containsKey(P0));
    }

    @Test
    void inTurnTheSecondLaneGetsWhatTheFirstHasWrittenAndCompleted() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20, Delivery.Lanes.IN_TURN);
        fast.completes = true;
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        assertThat(slow.isWriting()).isFalse();
        fast.answer();
        assertThat(slow.pendingRange()).isEqualTo("0..4");
        assertThat(slow.batch().partitions().getFirst().changes())
                .extracting(change -> Objects.requireNonNull(change.row()).get(0))
                .containsOnly(-1);
        assertThat(upstream.delivered).isEmpty();
        slow.answer();
        assertThat(upstream.delivered).containsExactly(Map.of(P0, 4L));
    }

    @Test
    void inTurnWhatIsDroppedAfterTheFirstLaneGoesNowhereAndMakesRoom() {
        Delivery delivery = delivery(Duration.ZERO, 500, Delivery.Lanes.IN_TURN);
        int first = start(delivery, P0, 0);
        int second = start(delivery, P1, 0);
        CompletionStage<Void> room = accept(delivery, first, changes(P0, 0, 10));
        delivery.revoke(Set.of(P0));
        fast.answer();
        assertThat(slow.isWriting()).isFalse();
        assertThat(room.toCompletableFuture()).isDone();
        accept(delivery, second, changes(P1, 0, 1));
        fast.fail(new PositionMovedException(Set.of(P1), "moved"));
        assertThat(slow.isWriting()).isFalse();
        assertThat(upstream.rewound).containsExactly(Set.of(P1));
        assertThat(accept(delivery, second, changes(P1, 0, 1)).toCompletableFuture())
                .isDone();
    }

    @Test
    void inTurnDrainWaitsForBothLanes() {
        Delivery delivery = delivery(Duration.ofHours(1), 1 << 20, Delivery.Lanes.IN_TURN);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        CompletableFuture<Void> drained = delivery.drain().toCompletableFuture();
        fast.answer();
        assertThat(drained).isNotDone();
        slow.answer();
        assertThat(drained).isDone();
        assertThat(store.stored).containsEntry(P0, 4L);
    }

    /** Another process has moved the stored position into the middle of what was read. */
    @Test
    void aStoredPositionThatMovedIsReadFromAgain() {
        Delivery delivery = delivery(Duration.ZERO, 1 << 20);
        int epoch = start(delivery, P0, 0);
        accept(delivery, epoch, changes(P0, 0, 4));
        store.moved = Set.of(P0);
        fast.answer();
        slow.answer();
        await(() -> !upstream.rewound.isEmpty());
        assertThat(upstream.rewound).containsExactly(Set.of(P0));
        accept(delivery, epoch, changes(P0, 4, 8));
        assertThat(fast.isWriting())
                .as("nothing is accepted before it is opened")
                .isFalse();
        store.moved = Set.of();
        accept(delivery, start(delivery, P0, 2), changes(P0, 2, 8));
        fast.answer();
        slow.answer();
        await(() -> store.stored.getOrDefault(P0, 0L) == 8);
    }

    private Delivery delivery(Duration slowInterval, long maxBytes) {
        return delivery(slowInterval, maxBytes, Delivery.Lanes.SIDE_BY_SIDE);
    }

    private Delivery delivery(Duration slowInterval, long maxBytes, Delivery.Lanes lanes) {
        return new Delivery(
                List.of(
                        new Delivery.LaneSettings(fast, new LanePolicy(Duration.ZERO, 1000, 1 << 20), Runnable::run),
                        new Delivery.LaneSettings(slow, new LanePolicy(slowInterval, 1000, 1 << 20), Runnable::run)),
                lanes,
                store,
                upstream,
                new DeliveryListener() {},
                timer,
                maxBytes);
    }

    private static int start(Delivery delivery, TopicPartition partition, long next) {
        Opening opening = Objects.requireNonNull(
                delivery.open(Set.of(partition)).toCompletableFuture().join().get(partition));
        delivery.start(Map.of(partition, opening.epoch()), Map.of(partition, next));
        return opening.epoch();
    }

    private static CompletionStage<Void> accept(Delivery delivery, int epoch, PartitionChanges changes) {
        return delivery.accept(List.of(new Delivery.Read(epoch, changes)));
    }

    private static PartitionChanges changes(TopicPartition partition, long first, long next) {
        List<RowChange> changes = new ArrayList<>();
        for (long offset = first; offset < next; offset++) {
            changes.add(new RowChange(
                    SCHEMA, Op.CREATE, Row.of((int) offset), new SourcePosition(offset, 1, 1), partition, offset, 100));
        }
        return new PartitionChanges(
                partition, first, next, changes.size(), changes, Offsets.NONE, Offsets.NONE, 100L * changes.size());
    }

    private static void await(BooleanSupplier condition) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time is up").isLessThan(limit);
            Thread.onSpinWait();
        }
    }

    /** Answers when told to. */
    private static final class FakeSink implements Sink {
        private final String name;
        final List<TopicPartition> opened = new ArrayList<>();
        final List<TopicPartition> closed = new ArrayList<>();

        @Nullable
        Error error;

        boolean completes;

        private volatile @Nullable ChangeBatch pending;
        private volatile CompletableFuture<Map<TopicPartition, Ledger>> answer = new CompletableFuture<>();

        FakeSink(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<Map<TopicPartition, Position>> open(Collection<TopicPartition> partitions) {
            opened.addAll(partitions);
            return CompletableFuture.completedStage(Map.of());
        }

        @Override
        public CompletionStage<Map<TopicPartition, Ledger>> write(ChangeBatch batch) {
            assertThat(pending).as("one write at a time").isNull();
            if (error != null) {
                throw error;
            }
            pending = batch;
            answer = new CompletableFuture<>();
            return answer;
        }

        @Override
        public PartitionChanges completed(PartitionChanges link) {
            return !completes
                    ? link
                    : link.with(change -> new RowChange(
                            change.schema(),
                            change.op(),
                            Row.of(-1),
                            change.source(),
                            change.partition(),
                            change.offset(),
                            100));
        }

        @Override
        public void close(Collection<TopicPartition> partitions) {
            closed.addAll(partitions);
        }

        boolean isWriting() {
            return pending != null;
        }

        ChangeBatch batch() {
            ChangeBatch batch = pending;
            assertThat(batch).as("a write of " + name).isNotNull();
            return Objects.requireNonNull(batch);
        }

        String pendingRange() {
            PartitionChanges link = batch().partitions().getFirst();
            return link.firstOffset() + ".." + link.nextOffset();
        }

        Set<TopicPartition> pendingPartitions() {
            return batch().topicPartitions();
        }

        void answer() {
            Map<TopicPartition, Ledger> outcome = new HashMap<>();
            batch().partitions()
                    .forEach(link -> outcome.put(
                            link.partition(),
                            new Ledger(
                                    link.changes().size(),
                                    0,
                                    link.filtered().size(),
                                    link.deadLettered().size())));
            pending = null;
            answer.complete(outcome);
        }

        void answer(Map<TopicPartition, Ledger> outcome) {
            batch();
            pending = null;
            answer.complete(outcome);
        }

        void fail(RuntimeException failure) {
            batch();
            pending = null;
            answer.completeExceptionally(failure);
        }
    }

    private static final class FakeUpstream implements Upstream {
        final List<Map<TopicPartition, Long>> delivered = new ArrayList<>();
        final List<Set<TopicPartition>> rewound = new CopyOnWriteArrayList<>();
        final List<Set<TopicPartition>> stopped = new ArrayList<>();

        @Override
        public void delivered(Map<TopicPartition, Long> nextOffsets) {
            delivered.add(nextOffsets);
        }

        @Override
        public void rewind(Set<TopicPartition> partitions) {
            rewound.add(partitions);
        }

        @Override
        public void stopped(Set<TopicPartition> partitions) {
            stopped.add(partitions);
        }
    }

    private static class FakeStore implements DeliveredPositions {
        final Map<TopicPartition, Long> stored = new ConcurrentHashMap<>();
        final ConcurrentLinkedQueue<Map<TopicPartition, Long>> advances = new ConcurrentLinkedQueue<>();
        volatile Set<TopicPartition> moved = Set.of();

        @Override
        public CompletionStage<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions) {
            return CompletableFuture.completedStage(Map.copyOf(stored));
        }

        @Override
        public CompletionStage<Void> advance(Map<TopicPartition, Long> delivered) {
            if (!moved.isEmpty()) {
                return CompletableFuture.failedStage(new PositionMovedException(moved, "moved"));
            }
            stored.putAll(delivered);
            advances.add(delivered);
            return CompletableFuture.completedStage(null);
        }
    }
}
