package dev.duet.delta;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rows that changes of the log lead to, where LSN, offset and time disagree. */
class LogFoldTest {
    private static final String TOPIC = "t";

    private final LogFold fold = new LogFold(List.of("id", "a", "b"), new int[] {0}, false);
    private final List<LogFold.Change> truncates = new ArrayList<>();
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
        assertThat(fold.rows(truncates, row -> rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2))))
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
        truncates.add(new LogFold.Change("t", 30, 0, TOPIC, 0, offset++, List.of(), new @Nullable Object[3]));
        assertThat(rows()).containsExactly("2 later y");
    }

    @Test
    void keysOfBytesAreComparedByTheirContent() {
        LogFold bytes = new LogFold(List.of("id"), new int[] {0}, false);
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
        fold.add(new LogFold.Change(
                op, lsn, tsMillis, TOPIC, partition, offset++, unchanged, new @Nullable Object[] {id, a, b}));
    }

    private List<String> rows() {
        List<String> rows = new ArrayList<>();
        assertThat(fold.rows(truncates, row -> rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2))))
                .isZero();
        return rows;
    }
}
