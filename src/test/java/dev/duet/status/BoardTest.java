package dev.duet.status;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.duet.delivery.Ledger;
import dev.duet.delivery.OpenTransaction;
import dev.duet.delivery.ReadTo;
import dev.duet.status.Snapshot.Counts;
import dev.duet.status.Snapshot.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BoardTest {
    private static final TopicPartition P0 = new TopicPartition("src.public.funds", 0);
    private static final TableId FUNDS = new TableId("public", "funds");
    private static final TableSchema SCHEMA =
            new TableSchema(FUNDS, List.of(new Column("id", new ColumnType.Int32())), List.of(0));

    private final SetClock clock = new SetClock();
    private final Board board = new Board(clock, () -> Map.of(FUNDS, 7L));

    @Test
    void countsAddUpForEachSink() {
        board.started(Map.of(P0, 0L));
        PartitionChanges link = link(0, 10, 2);
        board.accepted(link);
        write("postgres", link, new Ledger(8, 0, 2, 0));
        write("delta", link, new Ledger(5, 3, 2, 0));
        Snapshot.Table table = board.snapshot().tables().getFirst();
        assertThat(table.id()).isEqualTo("public.funds");
        assertThat(table.in()).isEqualTo(10);
        assertThat(table.version()).isEqualTo(7);
        assertThat(table.counts())
                .containsEntry("postgres", new Counts(10, 8, 0, 2, 0))
                .containsEntry("delta", new Counts(10, 5, 3, 2, 0));
        assertThat(board.snapshot().commits().getFirst().versions()).containsEntry("public.funds", 7L);
    }

    @Test
    void allIsNotWellWhileTheConnectorDoesNotRun() {
        board.started(Map.of(P0, 0L));
        board.connectorLost("connector c, task 0: it is FAILED", "Restart it.");
        assertThat(board.snapshot().verdict())
                .isEqualTo(new Snapshot.Verdict(
                        State.WAITING,
                        "Nothing comes from the source",
                        "connector c, task 0: it is FAILED. Restart it."));
        assertThat(board.snapshot().problems().getFirst().advice()).isEqualTo("Restart it.");
        board.connectorBack();
        assertThat(board.snapshot().verdict().state()).isNotEqualTo(State.WAITING);
        assertThat(board.snapshot().problems().getFirst().endedMillis()).isNotNull();
    }

    @Test
    void lagIsTheAgeOfWhatWasWrittenLastAndNoneWhenLevel() {
        board.started(Map.of(P0, 0L));
        board.endsAt(Map.of(P0, 20L));
        PartitionChanges link = link(0, 10, 0);
        board.accepted(link);
        write("postgres", link, new Ledger(10, 0, 0, 0));
        clock.forward(Duration.ofSeconds(90));
        Snapshot behind = board.snapshot();
        assertThat(behind.flow().lagRecords()).isEqualTo(20);
        assertThat(behind.verdict().state()).isEqualTo(State.BEHIND);
        assertThat(behind.partitions().getFirst().positions())
                .containsEntry("postgres", 10L)
                .containsEntry("delta", 0L);
        PartitionChanges rest = link(10, 20, 0);
        board.accepted(rest);
        write("postgres", rest, new Ledger(10, 0, 0, 0));
        write("delta", link, new Ledger(10, 0, 0, 0));
        write("delta", rest, new Ledger(10, 0, 0, 0));
        assertThat(board.snapshot().flow().lagSeconds()).isZero();
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.WELL);
    }

    @Test
    void aMarkerAtTheEndOfATopicIsNoLag() {
        board.started(Map.of(P0, 0L));
        PartitionChanges link = link(0, 10, 0);
        board.accepted(link);
        write("postgres", link, new Ledger(10, 0, 0, 0));
        write("delta", link, new Ledger(10, 0, 0, 0));
        board.endsAt(Map.of(P0, 11L));
        board.readTo(Map.of(P0, new ReadTo(10, 10)));
        assertThat(board.snapshot().flow().lagRecords()).isEqualTo(1);
        board.readTo(Map.of(P0, new ReadTo(10, 11)));
        assertThat(board.snapshot().flow().lagRecords()).isZero();
    }

    @Test
    void aStoppedTableWithRecordsThatWaitIsNotLevel() {
        board.started(Map.of(P0, 0L));
        board.endsAt(Map.of(P0, 10L));
        board.stopped(FUNDS, Set.of(P0), "it does not fit");
        board.readTo(Map.of(P0, new ReadTo(10, 10)));
        clock.forward(Duration.ofSeconds(90));
        assertThat(board.snapshot().flow().lagRecords()).isEqualTo(10);
        assertThat(board.snapshot().flow().lagSeconds()).isEqualTo(90);
    }

    @Test
    void anEndThatIsNotKnownIsNotLevel() {
        board.started(Map.of(P0, 0L));
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.BEHIND);
        assertThat(board.snapshot().verdict().headline()).isEqualTo("Looking how far there is to go");
        board.endsAt(Map.of(P0, 0L));
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.WELL);
    }

    @Test
    void growthIsCountedOnce() {
        board.started(Map.of(P0, 0L));
        board.endsAt(Map.of(P0, 100L));
        board.sample();
        for (long end : new long[] {100, 40, 100, 100}) { // as a broker that is behind may answer
            clock.forward(Duration.ofSeconds(1));
            board.endsAt(Map.of(P0, end));
            board.sample();
        }
        assertThat(board.snapshot().flow().produced()).isZero();
    }

    @Test
    void anOpenTransactionIsTheVerdictUntilItHasEnded() {
        board.started(Map.of(P0, 0L));
        board.endsAt(Map.of(P0, 1006L));
        board.openTransactions(
                Map.of(P0, new OpenTransaction(0, 1006, Instant.parse("2026-11-28T12:00:00Z"), "producer id 7")));
        Snapshot hidden = board.snapshot();
        assertThat(hidden.verdict().isWell()).isFalse();
        assertThat(hidden.verdict().detail())
                .contains("1,006 records from offset 0 on wait behind an open transaction since 2026-11-28T12:00:00Z"
                        + " (producer id 7)");
        assertThat(hidden.problems().getFirst().advice())
                .contains("kafka-transactions.sh")
                .contains("--start-offset 0");
        board.openTransactions(Map.of());
        assertThat(board.snapshot().problems().getFirst().endedMillis()).isNotNull();
    }

    @Test
    void theEndIsNeverBeforeWhatWasRead() {
        board.started(Map.of(P0, 0L));
        board.endsAt(Map.of(P0, 0L));
        board.accepted(link(0, 10, 0));
        assertThat(board.snapshot().partitions().getFirst().end()).isEqualTo(10);
        assertThat(board.snapshot().flow().lagRecords()).isEqualTo(10);
    }

    @Test
    void theWorstIsTheVerdict() {
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.IDLE);
        board.started(Map.of(P0, 0L));
        board.paused(Set.of(P0));
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.PAUSED);
        board.retrying("delta", 1, Duration.ofSeconds(1), new IllegalStateException("no store"));
        assertThat(board.snapshot().verdict().state()).isEqualTo(State.WAITING);
        board.stopped(FUNDS, Set.of(P0), "it does not fit");
        Snapshot stopped = board.snapshot();
        assertThat(stopped.verdict().state()).isEqualTo(State.STOPPED);
        assertThat(stopped.verdict().isWell()).isFalse();
        assertThat(stopped.verdict().headline()).isEqualTo("public.funds stands still");
    }

    @Test
    void aTableThatStopsAgainAndAgainIsOneProblem() {
        for (int i = 0; i < 3; i++) {
            board.started(Map.of(P0, 0L));
            board.stopped(FUNDS, Set.of(P0), "it does not fit");
            clock.forward(Duration.ofMinutes(1));
        }
        assertThat(board.snapshot().problems()).hasSize(1);
        assertThat(board.snapshot().problems().getFirst().times()).isEqualTo(3);
        board.started(Map.of(P0, 0L));
        clock.forward(Duration.ofSeconds(5));
        assertThat(board.snapshot().verdict().state()).isNotEqualTo(State.STOPPED);
        assertThat(board.snapshot().problems().getFirst().endedMillis()).isNotNull();
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 3000; i++) {
            TopicPartition partition = new TopicPartition("src.public.t" + i, 0);
            board.started(Map.of(partition, 0L));
            board.retrying("delta", 1, Duration.ofSeconds(1), new IllegalStateException("reason " + i));
            board.recovered("delta", 2);
            board.revoked(Set.of(partition));
        }
        for (int i = 0; i < 1000; i++) {
            write("postgres", link(i, i + 1, 0), new Ledger(1, 0, 0, 0));
            board.sample();
            clock.forward(Duration.ofSeconds(5));
        }
        Snapshot full = board.snapshot();
        assertThat(full.tables().size()).isLessThanOrEqualTo(Board.MAX_TABLES + 1);
        assertThat(full.commits()).hasSize(50);
        assertThat(full.problems()).hasSizeLessThanOrEqualTo(50);
        assertThat(full.history()).hasSize(120);
    }

    private void write(String sink, PartitionChanges link, Ledger ledger) {
        ChangeBatch batch = ChangeBatch.of(List.of(link));
        board.writing(sink, batch);
        board.written(sink, batch, Map.of(P0, ledger), Duration.ofMillis(3));
    }

    /** Some changes, then filtered records. */
    private PartitionChanges link(long first, long next, int filtered) {
        List<RowChange> changes = new ArrayList<>();
        for (long offset = first; offset < next - filtered; offset++) {
            SourcePosition source = new SourcePosition(offset, 1, clock.millis() * 1000);
            changes.add(new RowChange(SCHEMA, Op.CREATE, Row.of((int) offset), source, P0, offset, 100));
        }
        long[] others = java.util.stream.LongStream.range(next - filtered, next).toArray();
        return new PartitionChanges(
                P0, first, next, next - first, changes, Offsets.of(others), Offsets.NONE, 100L * changes.size());
    }
}
