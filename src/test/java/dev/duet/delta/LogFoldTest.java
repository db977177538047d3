package dev.duet.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.order.ClockTolerance;
import dev.duet.order.Histories;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows that changes of the log lead to, where LSN, offset and time disagree. */
class LogFoldTest {
    private static final ClockTolerance TOLERANCE = new ClockTolerance(1000);

    private final LogFold fold = new LogFold(List.of("id", "a", "b"), new int[] {0}, false, TOLERANCE);
    private long offset;

    @Test
    void theLastChangeOfAKeyCounts() {
        add("c", 10, 1, "x", "y");
        add("u", 20, 1, "x2", "y");
        add("c", 15, 2, "z", "z");
        add("d", 30, 2, null, null);
        assertThat(rows()).containsExactly("1 x2 y");
    }

    @Test
    void whatAnUpdateLeftAloneComesFromTheChangeBefore() {
        add("c", 10, 1, "x", "long");
        addUnchanged("u", 20, 1, "x2", "b");
        addUnchanged("u", 30, 1, "x3", "b");
        assertThat(rows()).containsExactly("1 x3 long");
    }

    @Test
    void aValueFromBeforeTheLogIsNullAndCounted() {
        addUnchanged("u", 20, 1, "x", "b");
        List<String> rows = new ArrayList<>();
        assertThat(fold.rows(row -> rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2))))
                .isEqualTo(1);
        assertThat(rows).containsExactly("1 x null");
    }

    @Test
    void aChangeBehindASnapshotRowIsLaterThoughItsLsnIsLower() {
        add("r", 100, 1, "old", "y");
        add("u", 90, 1, "new", "y");
        assertThat(rows()).containsExactly("1 new y");
    }

    @Test
    void aDeadLetterThatWasSentAgainReplacesNothingNewer() {
        add("c", 10, 1, "x", "y");
        add("u", 30, 1, "new", "y");
        add("u", 20, 1, "letter", "y");
        assertThat(rows()).containsExactly("1 new y");
    }

    @Test
    void aDeadLetterThatWasSentAgainIsNoLaterThanASnapshotBeforeIt() {
        add("r", 100, 1, "snapshot", "y");
        change("u", 90, 0, 0, 1, true, List.of(), "letter", "y");
        assertThat(rows()).containsExactly("1 snapshot y");
    }

    @Test
    void aDeadLetterThatWasSentAgainBringsADeletedRowBackAsInTheMirror() {
        add("c", 10, 1, "x", "y");
        add("d", 30, 1, null, null);
        change("u", 20, 0, 0, 1, true, List.of(), "letter", "y");
        assertThat(rows()).containsExactly("1 letter y");
    }

    @Test
    void ofASourceWhoseLsnsBeganAnewTheLaterCommitCounts() {
        add("c", 1000, 1, "x", "y");
        change("u", 5, 1_000_000, 0, 1, List.of(), "restored", "y");
        assertThat(rows()).containsExactly("1 restored y");
    }

    @Test
    void aTruncateTakesWhatIsOlderInEveryPartition() {
        add("c", 10, 1, "x", "y");
        change("c", 40, 0, 1, 2, List.of(), "later", "y");
        change("c", 20, 0, 1, 3, List.of(), "before", "y");
        fold.add(new LogFold.Change("t", 30, 0, 0, offset++, false, List.of(), new @Nullable Object[3]));
        assertThat(rows()).containsExactly("2 later y");
    }

    @ParameterizedTest
    @EnumSource(Histories.Kind.class)
    void ofAnyHistoryTheRowsAreTheRules(Histories.Kind kind) {
        for (int seed = 0; seed < 50; seed++) {
            Histories.History history = Histories.of(seed, kind);
            LogFold folded = new LogFold(List.of("id", "a"), new int[] {0}, history.madeAgain(), TOLERANCE);
            for (Histories.Event event : history.events()) {
                folded.add(new LogFold.Change(
                        event.op().code(),
                        event.lsn(),
                        event.tsMillis(),
                        event.partition(),
                        event.offset(),
                        event.late(),
                        List.of(),
                        new @Nullable Object[] {event.key(), event.value()}));
            }
            Map<Integer, String> rows = new TreeMap<>();
            assertThat(folded.rows(row -> rows.put((Integer) row.get(0), (String) row.get(1))))
                    .isZero();
            assertThat(rows).as("%s %d", kind, seed).isEqualTo(Histories.rows(history, TOLERANCE));
        }
    }

    @Test
    void keysOfBytesAreComparedByTheirContent() {
        LogFold bytes = new LogFold(List.of("id"), new int[] {0}, false, TOLERANCE);
        assertThat(bytes.keyOf(new @Nullable Object[] {new byte[] {1, 2}}))
                .isEqualTo(bytes.keyOf(new @Nullable Object[] {new byte[] {1, 2}}));
    }

    private void add(String op, long lsn, int id, @Nullable String a, @Nullable String b) {
        change(op, lsn, 0, 0, id, List.of(), a, b);
    }

    private void addUnchanged(String op, long lsn, int id, String a, String unchanged) {
        change(op, lsn, 0, 0, id, List.of(unchanged), a, null);
    }

    private void change(
            String op,
            long lsn,
            long tsMillis,
            int partition,
            int id,
            List<String> unchanged,
            @Nullable String a,
            @Nullable String b) {
        change(op, lsn, tsMillis, partition, id, false, unchanged, a, b);
    }

    private void change(
            String op,
            long lsn,
            long tsMillis,
            int partition,
            int id,
            boolean late,
            List<String> unchanged,
            @Nullable String a,
            @Nullable String b) {
        fold.add(new LogFold.Change(
                op, lsn, tsMillis, partition, offset++, late, unchanged, new @Nullable Object[] {id, a, b}));
    }

    private List<String> rows() {
        List<String> rows = new ArrayList<>();
        assertThat(fold.rows(row -> rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2))))
                .isZero();
        return rows;
    }
}
