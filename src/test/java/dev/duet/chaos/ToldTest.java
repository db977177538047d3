package dev.duet.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.chaos.Told.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The judge of the events sees each kind of harm. */
class ToldTest {
    private static final long[] WRITTEN = {10, 0, 6};
    private static final List<Set<Long>> UNREADABLE = List.of(Set.of(2L, 5L), Set.of(), Set.of(5L));

    @Test
    void rangesThatJoinAllRowsAreRight() {
        assertThat(wrong(events())).isEmpty();
        assertThat(wrong(List.of(told(13, range(0, 0, 10), range(2, 0, 6))))).isEmpty();
    }

    @Test
    void aMissingEventIsLost() {
        for (int event = 0; event < events().size(); event++) {
            List<Told> events = events();
            long lost = events.remove(event).rows();
            assertThat(wrong(events)).containsExactly("events lost=" + lost + " duplicated=0 foreign=0");
        }
        assertThat(wrong(List.of())).containsExactly("events lost=13 duplicated=0 foreign=0");
    }

    @Test
    void aGapMayHoldNoRow() {
        List<Told> events = events();
        events.set(1, told(2, range(0, 7, 9)));
        assertThat(wrong(events)).containsExactly("events lost=1 duplicated=0 foreign=0");
    }

    @Test
    void whatIsToldTwiceIsDuplicated() {
        List<Told> events = events();
        events.add(events.getLast());
        assertThat(wrong(events))
                .containsExactly(
                        "an event of partition 0 is from 9 to 10, after one to 10",
                        "events lost=0 duplicated=1 foreign=0");
    }

    @Test
    void rangesThatOverlapAreDuplicated() {
        List<Told> events = events();
        events.set(1, told(5, range(0, 3, 9)));
        assertThat(wrong(events))
                .containsExactly(
                        "an event of partition 0 is from 3 to 9, after one to 5",
                        "events lost=0 duplicated=2 foreign=0");
    }

    @Test
    void rangesComeInOrder() {
        List<Told> events = events();
        events.add(events.remove(0));
        assertThat(wrong(events)).containsExactly("an event of partition 0 is from 0 to 5, after one to 10");
    }

    @Test
    void theEndIsThatOfThePartition() {
        List<Told> events = events();
        events.set(2, told(2, range(0, 9, 11)));
        assertThat(wrong(events)).containsExactly("events lost=0 duplicated=0 foreign=1");
        events.set(2, told(0, range(0, 9, 9)));
        assertThat(wrong(events))
                .containsExactly(
                        "an event of partition 0 is from 9 to 9, after one to 9",
                        "events lost=1 duplicated=0 foreign=0");
    }

    @Test
    void rowsAreCountedAsTheyAre() {
        List<Told> events = events();
        events.set(1, told(4, range(0, 6, 9)));
        assertThat(wrong(events)).singleElement().asString().startsWith("an event counts 4 rows, not 3, in ");
    }

    @Test
    void anEventOfSomethingElseIsForeign() {
        List<Told> events = events();
        events.add(new Told("public.u", List.of(new Range("u", 1, 0, 1)), 1));
        assertThat(wrong(events)).containsExactly("an event is of public.u", "events lost=0 duplicated=0 foreign=1");
    }

    private static List<String> wrong(List<Told> events) {
        return Told.wrong(events, "t", "fund", WRITTEN, UNREADABLE);
    }

    /** Of partition 0 what lies between two ranges, and of partition 2 what lies behind the last one, can't be read. */
    private static List<Told> events() {
        return new ArrayList<>(List.of(
                told(4 + 5, range(0, 0, 5), range(2, 0, 5)), told(3, range(0, 6, 9)), told(1, range(0, 9, 10))));
    }

    private static Told told(long rows, Range... ranges) {
        return new Told("public.fund", List.of(ranges), rows);
    }

    private static Range range(int partition, long from, long to) {
        return new Range("t", partition, from, to);
    }
}
