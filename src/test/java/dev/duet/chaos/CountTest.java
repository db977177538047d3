package dev.duet.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.chaos.Count.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The counting part of the checker sees each kind of harm. */
class CountTest {
    private static final long[] WRITTEN = {4, 0, 3};
    private static final List<Set<Long>> UNREADABLE = List.of(Set.of(2L), Set.of(), Set.of());

    @Test
    void aWholeCopyIsClean() {
        assertThat(count(rows())).isEqualTo(Count.NONE);
    }

    @Test
    void aDroppedRowIsLost() {
        List<Origin> rows = rows();
        rows.remove(new Origin("t", 2, 1));
        rows.remove(new Origin("t", 0, 3));
        assertThat(count(rows)).isEqualTo(new Count(2, 0, 0));
        assertThat(count(List.of())).isEqualTo(new Count(6, 0, 0));
    }

    @Test
    void aDoubledRowIsDuplicatedAndMakesUpForNoLostOne() {
        List<Origin> rows = rows();
        rows.set(0, rows.get(1));
        assertThat(count(rows)).isEqualTo(new Count(1, 1, 0));
    }

    @Test
    void aRowOfNoRecordIsForeign() {
        List<Origin> rows = rows();
        rows.add(new Origin("t", 0, 2)); // a dead letter
        rows.add(new Origin("t", 1, 0));
        rows.add(new Origin("u", 0, 0));
        rows.add(new Origin("t", 3, 0));
        assertThat(count(rows)).isEqualTo(new Count(0, 0, 4));
        assertThat(count(rows).isClean()).isFalse();
    }

    @Test
    void aPositionBehindOrBeyondTheEndIsTold() {
        assertThat(Count.stalePositions("x", WRITTEN, Map.of(0, 4L, 2, 3L))).isEmpty();
        assertThat(Count.stalePositions("x", WRITTEN, Map.of(0, 3L, 1, 1L)))
                .containsExactly(
                        "x of partition 0 is 3, must be 4",
                        "x of partition 1 is 1, must be 0",
                        "x of partition 2 is 0, must be 3");
    }

    @Test
    void oneFaultOfAnyKindBreaksTheVerdict() {
        assertThat(Verdict.CLEAN.holds()).isTrue();
        assertThat(new Verdict(new Count(1, 0, 0), Count.NONE, List.of()).holds())
                .isFalse();
        assertThat(new Verdict(Count.NONE, new Count(0, 1, 0), List.of()).holds())
                .isFalse();
        assertThat(Verdict.CLEAN
                        .plus(new Verdict(Count.NONE, Count.NONE, List.of("stale")))
                        .holds())
                .isFalse();
    }

    private static Count count(List<Origin> rows) {
        return Count.of("t", WRITTEN, UNREADABLE, rows);
    }

    private static List<Origin> rows() {
        List<Origin> rows = new ArrayList<>();
        for (long offset : new long[] {0, 1, 3}) {
            rows.add(new Origin("t", 0, offset));
        }
        for (long offset : new long[] {0, 1, 2}) {
            rows.add(new Origin("t", 2, offset));
        }
        return rows;
    }
}
