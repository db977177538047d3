package dev.duet.verify;

import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowState;
import dev.duet.inspect.TextHash;
import dev.duet.order.ClockTolerance;
import dev.duet.order.KeyChanges;
import dev.duet.order.Truncates;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a log's changes make of one key, taken in any order. Which of them counts is the mirror's rule ({@link KeyChanges}); a column that
 * updates left alone has the value of the last change that brought it.
 */
final class KeyState {
    private final Rule rule;
    private final int separate;
    private final KeyChanges<LoggedChange> changes;
    private final Set<Long> was = new HashSet<>();
    private boolean wasAbsent;
    private @Nullable Row row;

    /**
     * How the changes of one log are judged.
     *
     * @param truncates the log's; more may come
     * @param madeAgain whether a topic of it was made again
     */
    record Rule(Truncates truncates, ClockTolerance tolerance, boolean madeAgain) {}

    /**
     * What the changes come to.
     *
     * @param newest the change that made the key what it is; null if none counts
     * @param bringing the last one that brought each separate column
     * @param truncates the version of the truncates by which it was told
     */
    private record Row(
            @Nullable LoggedChange newest, @Nullable LoggedChange[] bringing, int truncates) {
        boolean isPresent() {
            return newest != null && !newest.isDelete();
        }
    }

    KeyState(int separate, Rule rule) {
        this.separate = separate;
        this.rule = rule;
        this.changes = new KeyChanges<>(rule.madeAgain());
    }

    void take(LoggedChange change) {
        changes.add(change);
        row = null;
    }

    /** Takes a change, and remembers what it made of the row. */
    void follow(LoggedChange change) {
        take(change);
        if (change.isDelete()) {
            wasAbsent = true;
        } else if (separate == 0 && change.known()) {
            was.add(change.rest());
        } else {
            remember();
        }
    }

    /** Remembers what the row is now. */
    void remember() {
        Long hash = hash();
        if (!isPresent()) {
            wasAbsent = true;
        } else if (hash != null) {
            was.add(hash);
        }
    }

    /** Whether the row has been so in what is remembered. */
    boolean was(@Nullable RowState state) {
        return state == null ? wasAbsent : was.contains(state.hash());
    }

    /** The change that made the key what it is; null if there is none. */
    @Nullable
    LoggedChange newest() {
        return row().newest();
    }

    boolean isPresent() {
        return row().isPresent();
    }

    private Row row() {
        int truncates = rule.truncates().version();
        Row told = row;
        if (told == null || told.truncates() != truncates) {
            @Nullable LoggedChange[] bringing = new @Nullable LoggedChange[separate];
            List<LoggedChange> counting = changes.counting(rule.truncates(), rule.tolerance());
            for (LoggedChange change : counting) {
                for (int i = 0; i < separate; i++) {
                    if (change.isDelete()) {
                        bringing[i] = null;
                    } else if (change.separate().get(i) != null) {
                        bringing[i] = change;
                    }
                }
            }
            told = new Row(counting.isEmpty() ? null : counting.getLast(), bringing, truncates);
            row = told;
        }
        return told;
    }

    /** The row's hash, as the mirror's table has it; null if the log does not tell. */
    @Nullable
    Long hash() {
        Row told = row();
        LoggedChange change = told.newest();
        if (change == null || !change.known()) {
            return null;
        }
        if (separate == 0) {
            return change.rest();
        }
        StringJoiner joined = new StringJoiner(",");
        joined.add(Long.toString(change.rest()));
        for (int i = 0; i < separate; i++) {
            LoggedChange from = told.bringing()[i];
            if (from == null) {
                return null;
            }
            joined.add(from.separate().get(i));
        }
        return TextHash.of(joined.toString());
    }
}
