package dev.duet.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.TextHash;
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

    @Test
    void theHighestOffsetOfAPartitionCounts() {
        // A snapshot's row has a higher LSN than the change behind it, of a transaction that was open then.
        assertThat(hash(false, 0, change("r", 0, 5, 900, 1), change("u", 0, 6, 800, 2)))
                .isEqualTo(2);
        assertThat(hash(true, 0, change("u", 0, 5, 900, 1), change("u", 0, 6, 800, 2)))
                .isEqualTo(1);
    }

    @Test
    void acrossPartitionsTheHighestLsnCounts() {
        assertThat(hash(false, 0, change("c", 0, 50, 100, 1), change("u", 1, 3, 200, 2)))
                .isEqualTo(2);
    }

    @Test
    void deletesAndTruncatesEndIt() {
        Floor floor = new Floor();
        KeyState state = new KeyState(0, false);
        assertThat(state.isPresent(floor)).isFalse();
        state.take(change("c", 0, 1, 100, 1));
        assertThat(state.isPresent(floor)).isTrue();
        floor.take(change("t", 1, 9, 150, 0));
        assertThat(state.isPresent(floor)).isFalse();
        state.take(change("c", 0, 2, 160, 2));
        assertThat(state.isPresent(floor)).isTrue();
        state.take(change("d", 0, 3, 170, 0));
        assertThat(state.isPresent(floor)).isFalse();
    }

    @Test
    void aSnapshotReadAfterATruncateStays() {
        Floor floor = new Floor();
        floor.take(new LoggedChange("t", null, 0, 4, 500, 1000, 0, true, List.of()));
        KeyState state = new KeyState(0, false);
        state.take(new LoggedChange("r", KEY, 0, 5, 400, 2000, 7, true, List.of()));
        assertThat(state.isPresent(floor)).isTrue();
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
            assertThat(hash(false, 2, shuffled.toArray(LoggedChange[]::new))).isEqualTo(expected);
        }
        assertThat(hash(false, 2, changes.get(2), changes.get(3))).isNull();
    }

    private static @Nullable Long hash(boolean byLsn, int separate, LoggedChange... changes) {
        KeyState state = new KeyState(separate, byLsn);
        Arrays.asList(changes).forEach(state::take);
        return state.hash();
    }

    private static LoggedChange change(
            String op, int partition, long offset, long lsn, long rest, @Nullable String... separate) {
        return new LoggedChange(op, KEY, partition, offset, lsn, 0, rest, true, Arrays.asList(separate));
    }
}
