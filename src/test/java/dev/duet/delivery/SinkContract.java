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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What {@link Sink} promises, as tests that every sink runs against its real store. */
public interface SinkContract {
    AtomicLong NUMBER = new AtomicLong(System.nanoTime());

    /** A new writer on the store of this test class, as another process would have it. */
    Sink newSink();

    /**
     * The offsets of the changes that the store holds of this partition, ascending, each as often as it is there.
     *
     * @param table the only table that the partition brings
     */
    List<Long> offsetsIn(TableId table, TopicPartition partition);

    @Test
    default void writesRowsAndMovesThePosition() {
        Stream stream = new Stream();
        Sink sink = newSink();
        assertThat(await(sink.open(stream.partitions()))).isEmpty();
        assertThat(await(sink.write(stream.link(0, 10)))).isEqualTo(Map.of(stream.p0, new Ledger(10, 0, 0, 0)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 10));
        await(sink.write(stream.link(10, 15)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 15));
    }

    @Test
    default void aNewWriterContinuesWhereTheLastOneStopped() {
        Stream stream = new Stream();
        Sink first = newSink();
        await(first.open(stream.partitions()));
        await(first.write(stream.link(0, 10)));
        Sink second = newSink();
        Map<TopicPartition, Position> positions = await(second.open(stream.partitions()));
        if (!positions.isEmpty()) {
            assertThat(positions).isEqualTo(Map.of(stream.p0, new Position(10, new Ledger(10, 0, 0, 0))));
        }
        assertThat(await(second.write(stream.link(10, 12)))).isEqualTo(Map.of(stream.p0, new Ledger(2, 0, 0, 0)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 12));
    }

    @Test
    default void skipsRecordByRecordHoweverTheBatchesAreCut() {
        Stream stream = new Stream();
        Sink first = newSink();
        await(first.open(stream.partitions()));
        await(first.write(stream.link(0, 7)));
        await(first.write(stream.link(7, 20)));
        Sink second = newSink();
        await(second.open(stream.partitions()));
        assertThat(await(second.write(stream.link(0, 5)))).isEqualTo(Map.of(stream.p0, new Ledger(0, 5, 0, 0)));
        assertThat(await(second.write(stream.link(5, 18)))).isEqualTo(Map.of(stream.p0, new Ledger(0, 13, 0, 0)));
        assertThat(await(second.write(stream.link(18, 30)))).isEqualTo(Map.of(stream.p0, new Ledger(10, 2, 0, 0)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 30));
    }

    @Test
    default void theSameBatchAgainAfterAnUnknownOutcomeWritesNothingTwice() {
        Stream stream = new Stream();
        Sink sink = newSink();
        await(sink.open(stream.partitions()));
        ChangeBatch batch = stream.link(0, 10);
        await(sink.write(batch));
        await(sink.open(stream.partitions()));
        assertThat(await(sink.write(batch))).isEqualTo(Map.of(stream.p0, new Ledger(0, 10, 0, 0)));
        await(sink.write(stream.link(10, 11)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 11));
    }

    @Test
    default void ofTwoWritersTheLoserWritesNothing() {
        Stream stream = new Stream();
        Sink loser = newSink();
        await(loser.open(stream.partitions()));
        await(loser.write(stream.link(0, 5)));
        Sink winner = newSink();
        await(winner.open(stream.partitions()));
        await(winner.write(stream.link(5, 8)));
        assertThatThrownBy(() -> await(loser.write(stream.link(5, 12))))
                .isInstanceOfSatisfying(
                        PositionMovedException.class,
                        e -> assertThat(e.partitions()).containsExactly(stream.p0));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 8));
        await(loser.open(stream.partitions()));
        await(loser.write(stream.link(5, 12)));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 12));
    }

    @Test
    default void theLoserOfOnePartitionWritesNothingOfTheOthersOfTheTable() {
        Stream stream = new Stream();
        Set<TopicPartition> both = Set.of(stream.p0, stream.p1);
        Sink loser = newSink();
        await(loser.open(both));
        await(loser.write(ChangeBatch.of(List.of(stream.of(stream.p0, 0, 5), stream.of(stream.p1, 0, 5)))));
        Sink winner = newSink();
        await(winner.open(Set.of(stream.p1)));
        await(winner.write(ChangeBatch.of(List.of(stream.of(stream.p1, 5, 6)))));
        assertThatThrownBy(() -> await(
                        loser.write(ChangeBatch.of(List.of(stream.of(stream.p0, 5, 9), stream.of(stream.p1, 5, 9))))))
                .isInstanceOfSatisfying(
                        PositionMovedException.class,
                        e -> assertThat(e.partitions()).containsExactly(stream.p1));
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 5));
        assertThat(offsetsIn(stream.table(), stream.p1)).isEqualTo(range(0, 6));
    }

    @Test
    default void rowsMissingBeforeTheBatchAreNotPassedOver() {
        Stream stream = new Stream();
        Sink sink = newSink();
        await(sink.open(stream.partitions()));
        await(sink.write(stream.link(0, 5)));
        assertThatThrownBy(() -> await(sink.write(stream.link(6, 9)))).isInstanceOf(PositionMovedException.class);
        assertThat(offsetsIn(stream.table(), stream.p0)).isEqualTo(range(0, 5));
    }

    @Test
    default void theLedgerCountsEveryRecordOnce() {
        Stream stream = new Stream();
        Sink sink = newSink();
        await(sink.open(stream.partitions()));
        PartitionChanges mixed = new PartitionChanges(
                stream.p0, 0, 10, 9, stream.changes(stream.p0, 0, 6), Offsets.of(6, 7), Offsets.of(8), 100);
        assertThat(await(sink.write(new ChangeBatch(List.of(mixed)))))
                .isEqualTo(Map.of(stream.p0, new Ledger(6, 0, 2, 1)));
        await(sink.open(stream.partitions()));
        assertThat(await(sink.write(new ChangeBatch(List.of(mixed)))))
                .isEqualTo(Map.of(stream.p0, new Ledger(0, 9, 0, 0)));
        assertThat(await(sink.write(stream.link(10, 13)))).isEqualTo(Map.of(stream.p0, new Ledger(3, 0, 0, 0)));
        Sink reader = newSink();
        Map<TopicPartition, Position> positions = await(reader.open(stream.partitions()));
        if (!positions.isEmpty()) {
            assertThat(positions).isEqualTo(Map.of(stream.p0, new Position(13, new Ledger(9, 9, 2, 1))));
        }
    }

    @Test
    default void offsetsMayHaveHoles() {
        Stream stream = new Stream();
        Sink sink = newSink();
        await(sink.open(stream.partitions()));
        List<RowChange> holes = List.of(stream.change(stream.p0, 3), stream.change(stream.p0, 7));
        await(sink.write(new ChangeBatch(
                List.of(new PartitionChanges(stream.p0, 1, 9, holes.size(), holes, Offsets.NONE, Offsets.NONE, 20)))));
        await(sink.write(stream.link(9, 10)));
        assertThat(offsetsIn(stream.table(), stream.p0)).containsExactly(3L, 7L, 9L);
    }

    @Test
    default void aTopicThatWasMadeAgainBeginsAnewAndItsPredecessorCantWriteAnyMore() {
        Stream stream = new Stream();
        TopicPartition again = new TopicPartition(stream.p0.topic(), 0, 1);
        Sink zombie = newSink();
        await(zombie.open(stream.partitions()));
        await(zombie.write(stream.link(0, 10)));
        Sink sink = newSink();
        assertThat(await(sink.open(Set.of(again)))).isEmpty();
        assertThat(await(sink.write(new ChangeBatch(List.of(stream.of(again, 0, 4))))))
                .isEqualTo(Map.of(again, new Ledger(4, 0, 0, 0)));
        assertThatThrownBy(() -> await(zombie.write(stream.link(10, 12)))).isInstanceOf(PositionMovedException.class);
        await(zombie.open(stream.partitions()));
        assertThatThrownBy(() -> await(zombie.write(stream.link(10, 12)))).isInstanceOf(PositionMovedException.class);
        // The new topic comes to where the old one stood: the offsets are the same, the records are not.
        await(sink.write(new ChangeBatch(List.of(stream.of(again, 4, 10)))));
        assertThatThrownBy(() -> await(zombie.write(stream.link(10, 12)))).isInstanceOf(PositionMovedException.class);
        Sink next = newSink();
        await(next.open(Set.of(again)));
        assertThat(await(next.write(new ChangeBatch(List.of(stream.of(again, 8, 11))))))
                .isEqualTo(Map.of(again, new Ledger(1, 2, 0, 0)));
        List<Long> both = new java.util.ArrayList<>(range(0, 10));
        both.addAll(range(0, 11));
        assertThat(offsetsIn(stream.table(), stream.p0))
                .isEqualTo(both.stream().sorted().toList());
    }

    /** Waits for a stage and throws what it failed with. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    /** A table and a topic that no other test knows; the key of each change is its offset. */
    final class Stream {
        private final String name = "stream_" + Long.toString(NUMBER.incrementAndGet(), 36);
        private final TableSchema schema = new TableSchema(
                new TableId("contract", name),
                List.of(
                        new Column("id", new ColumnType.Int64()),
                        new Column("part", new ColumnType.Int32()),
                        new Column("name", new ColumnType.Text(0))),
                List.of(0, 1));
        public final TopicPartition p0 = new TopicPartition(name, 0);
        public final TopicPartition p1 = new TopicPartition(name, 1);

        public TableId table() {
            return schema.table();
        }

        public Set<TopicPartition> partitions() {
            return Set.of(p0);
        }

        public ChangeBatch link(long from, long to) {
            return new ChangeBatch(List.of(of(p0, from, to)));
        }

        public PartitionChanges of(TopicPartition partition, long from, long to) {
            return new PartitionChanges(
                    partition,
                    from,
                    to,
                    to - from,
                    changes(partition, from, to),
                    Offsets.NONE,
                    Offsets.NONE,
                    10 * (to - from));
        }

        public List<RowChange> changes(TopicPartition partition, long from, long to) {
            return LongStream.range(from, to)
                    .mapToObj(offset -> change(partition, offset))
                    .toList();
        }

        public RowChange change(TopicPartition partition, long offset) {
            return new RowChange(
                    schema,
                    Op.CREATE,
                    Row.of(offset, partition.partition(), "name " + offset),
                    new SourcePosition(1000 + offset, 7, 1_700_000_000_000_000L + offset),
                    partition,
                    offset,
                    10);
        }
    }
}
