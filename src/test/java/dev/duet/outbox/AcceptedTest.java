package dev.duet.outbox;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is accepted is known exactly once, in one piece for all that is delivered. */
class AcceptedTest {
    private static final TopicPartition P = new TopicPartition("t", 0);
    private static final TableId TABLE = new TableId("public", "orders");
    private static final TableSchema SCHEMA =
            new TableSchema(TABLE, List.of(new Column("id", new ColumnType.Int32())), List.of(0));

    private final Accepted accepted = new Accepted();

    @Test
    void whatIsDeliveredIsOnePieceHoweverOftenItWasDelivered() {
        for (long offset = 0; offset < 1000; offset += 10) {
            accepted.accepted(link(offset, offset + 10));
            accepted.delivered(Map.of(P, offset));
        }
        assertThat(rows(0, 500)).as("more has been delivered since").isEqualTo(990);
        assertThat(accepted.from(P, 10, 500)).as("no boundary any more").isNull();
        accepted.forget(P, 990);
        accepted.delivered(Map.of(P, 1000L));
        assertThat(rows(990, 1000)).isEqualTo(10);
    }

    /** What is delivered while a piece is being told must not go with it. */
    @Test
    void aPieceKeepsItsEndWhileItIsToldAndGrowsWhenItCouldNotBe() {
        accepted.accepted(link(0, 10));
        accepted.delivered(Map.of(P, 10L));
        assertThat(rows(0, 10)).isEqualTo(10);
        accepted.accepted(link(10, 30));
        accepted.delivered(Map.of(P, 30L));
        assertThat(rows(0, 10))
                .as("it could not be told, and is asked for again")
                .isEqualTo(30);
        accepted.accepted(link(30, 35));
        accepted.delivered(Map.of(P, 35L));
        accepted.forget(P, 30);
        assertThat(rows(30, 35)).isEqualTo(5);
    }

    /** A store that was set back gets again what counted as delivered. */
    @Test
    void whatIsReadAgainHasToBeDeliveredAgain() {
        accepted.accepted(link(0, 10));
        accepted.delivered(Map.of(P, 10L));
        accepted.accepted(link(0, 10));
        assertThat(accepted.from(P, 0, 10)).isNull();
        accepted.delivered(Map.of(P, 10L));
        assertThat(rows(0, 10)).isEqualTo(10);
    }

    @Test
    void whatIsNotDeliveredIsNotTold() {
        accepted.accepted(link(0, 10));
        accepted.accepted(link(10, 20));
        accepted.delivered(Map.of(P, 10L));
        assertThat(rows(0, 10)).isEqualTo(10);
        assertThat(accepted.from(P, 0, 20)).isNull();
    }

    @Test
    void aNewReadingTakesThePlaceOfTheOldOne() {
        accepted.accepted(link(0, 10));
        accepted.accepted(link(10, 30));
        accepted.delivered(Map.of(P, 30L));
        accepted.accepted(link(0, 25));
        accepted.delivered(Map.of(P, 25L));
        assertThat(rows(0, 25)).isEqualTo(25);
        accepted.revoked(Set.of(P));
        assertThat(accepted.from(P, 0, 1)).isNull();
    }

    /** The position says that it was told: the piece after it stays one of its own. */
    @Test
    void aPieceWhoseAnswerGotLostIsNotJoinedWithTheNextOne() {
        accepted.accepted(link(0, 10));
        accepted.delivered(Map.of(P, 10L));
        assertThat(rows(0, 10)).isEqualTo(10);
        accepted.accepted(link(10, 30));
        accepted.delivered(Map.of(P, 30L));
        assertThat(rows(10, 30)).isEqualTo(20);
    }

    /** Another process has told the beginning of a piece: what is left is known again when it is read again. */
    @Test
    void aPieceThatWasToldInPartIsReadAgain() {
        accepted.accepted(link(0, 10));
        accepted.accepted(link(10, 30));
        accepted.delivered(Map.of(P, 30L));
        assertThat(accepted.from(P, 15, 30)).isNull();
        assertThat(accepted.dropWithin(P, 15)).isTrue();
        assertThat(accepted.dropWithin(P, 15)).as("once is enough").isFalse();
        accepted.accepted(link(15, 25));
        accepted.delivered(Map.of(P, 25L));
        assertThat(rows(15, 25)).isEqualTo(10);
    }

    /** The rest is read again before it was noticed: the piece of before must not stand in its way. */
    @Test
    void whatBeginsInsideAPieceTakesItsPlace() {
        accepted.accepted(link(0, 30));
        accepted.accepted(link(15, 20));
        accepted.accepted(link(20, 25));
        accepted.delivered(Map.of(P, 25L));
        assertThat(rows(15, 25)).isEqualTo(10);
        assertThat(accepted.dropWithin(P, 15)).isFalse();
        assertThat(accepted.dropWithin(new TopicPartition("u", 0), 15)).isFalse();
    }

    private long rows(long from, long atLeast) {
        Summary summary = Objects.requireNonNull(accepted.from(P, from, atLeast));
        return Objects.requireNonNull(summary.tables().get(TABLE)).byOp[Op.CREATE.ordinal()];
    }

    private static PartitionChanges link(long first, long next) {
        List<RowChange> changes = new ArrayList<>();
        for (long offset = first; offset < next; offset++) {
            changes.add(new RowChange(
                    SCHEMA, Op.CREATE, Row.of((int) offset), new SourcePosition(offset, 1, 1), P, offset, 100));
        }
        return new PartitionChanges(P, first, next, changes.size(), changes, Offsets.NONE, Offsets.NONE, 100);
    }
}
