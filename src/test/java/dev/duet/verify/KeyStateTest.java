package dev.duet.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.TextHash;
import dev.duet.order.ClockTolerance;
import dev.duet.order.Truncates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guarantee: the changes of a key make the same row in whatever order they are read. */
class KeyStateTest {
    private static final RowKey KEY = new RowKey(List.of("1"));
    private static final ClockTolerance TOLERANCE = new ClockTolerance(1000);

    private final Truncates truncates = new Truncates(TOLERANCE, false);

    @Test
    void behindASnapshotsRowTheStreamCounts() {
        // A snapshot's row has a higher LSN than the change after it, of a transaction that was open then.
        assertThat(hash(0, change("r", 0, 5, 900, 1), change("u", 0, 6, 800, 2)))
                .isEqualTo(2);
        assertThat(hash(0, change("u", 0, 6, 800, 2), change("r", 0, 5, 900, 1)))
                .isEqualTo(2);
    }

    @Test
    void anOvertakenLetterThatWasSentAgainIsNotTheRow() {
        assertThat(hash(0, change("u", 0, 11, 110, 1), letter(20, 100, 2))).isEqualTo(1);
        assertThat(hash(0, change("r", 0, 11, 110, 1), letter(20, 100, 2))).isEqualTo(1);
    }

    @Test
    void aLetterAfterADeleteBringsTheRowBackAsInTheMirror() {
        assertThat(hash(0, letter(20, 100, 2), change("d", 0, 11, 110, 0))).isEqualTo(2);
    }

    @Test
    void acrossPartitionsTheHighestLsnCounts() {
        assertThat(hash(0, change("c", 0, 50, 100, 1), change("u", 1, 3, 200, 2)))
                .isEqualTo(2);
    }

    @Test
    void deletesAndTruncatesEndIt() {
        KeyState state = state(0);
        assertThat(state.isPresent()).isFalse();
        state.take(change("c", 0, 1, 100, 1));
        assertThat(state.isPresent()).isTrue();
        truncates.add(150, 0, 1, 9);
        assertThat(state.isPresent()).isFalse();
        state.take(change("c", 0, 2, 160, 2));
        assertThat(state.isPresent()).isTrue();
        state.take(change("d", 0, 3, 170, 0));
        assertThat(state.isPresent()).isFalse();
    }

    @Test
    void aSnapshotReadAfterATruncateStays() {
        truncates.add(500, 1000, 0, 4);
        KeyState state = state(0);
        state.take(new LoggedChange("r", KEY, 0, 5, 400, 2000, false, 7, true, List.of()));
        assertThat(state.isPresent()).isTrue();
    }

    @Test
    void whatAnUpdateLeftOutComesFromTheChangeThatBroughtIt() {
        List<LoggedChange> changes = List.of(
                change("c", 0, 1, 10, 1, "11", "12"),
                change("u", 0, 2, 20, 2, "21", null),
                change("u", 0, 3, 30, 3, null, null),
                change("u", 0, 4, 40, 4, null, "-"));
        long expected = TextHash.of("4,21,-");
        for (int seed = 0; seed < 24; seed++) {
            List<LoggedChange> shuffled = new ArrayList<>(changes);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(hash(2, shuffled.toArray(LoggedChange[]::new))).isEqualTo(expected);
        }
        assertThat(hash(2, changes.get(2), changes.get(3))).isNull();
    }

    private KeyState state(int separate) {
        return new KeyState(separate, new KeyState.Rule(truncates, TOLERANCE, false));
    }

    private @Nullable Long hash(int separate, LoggedChange... changes) {
        KeyState state = state(separate);
        Arrays.asList(changes).forEach(state::take);
        return state.hash();
    }

    private static LoggedChange letter(long offset, long lsn, long rest) {
        return new LoggedChange("u", KEY, 0, offset, lsn, 0, true, rest, true, List.of());
    }

    private static LoggedChange change(
            String op, int partition, long offset, long lsn, long rest, @Nullable String... separate) {
        return new LoggedChange(op, KEY, partition, offset, lsn, 0, false, rest, true, Arrays.asList(separate));
    }
}
