package dev.duet.verify;

import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowState;
import dev.duet.inspect.TextHash;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a log's changes make of one key, taken in any order: the newest change of the key, and for each separate column the newest one
 * that brought it. Newer is, in one partition, what has the higher offset; in two, or if a topic was made again, the higher LSN
 * (docs/decisions/5-order.md).
 */
final class KeyState {
    private final boolean byLsn;
    private @Nullable LoggedChange newest;
    private final Set<Long> was = new HashSet<>();
    private boolean wasAbsent;
    private final @Nullable LoggedChange[] bringing;

    KeyState(int separate, boolean byLsn) {
        this.byLsn = byLsn;
        this.bringing = new @Nullable LoggedChange[separate];
    }

    void take(LoggedChange change) {
        if (isNewer(change, newest)) {
            newest = change;
        }
        for (int i = 0; i < bringing.length && i < change.separate().size(); i++) {
            if (change.separate().get(i) != null && isNewer(change, bringing[i])) {
                bringing[i] = change;
            }
        }
    }

    /** Takes a change, and remembers what it made of the row. */
    void follow(LoggedChange change, Floor floor) {
        take(change);
        if (change.op().equals("d")) {
            wasAbsent = true;
        } else if (bringing.length == 0 && change.known()) {
            was.add(change.rest());
        } else {
            remember(floor);
        }
    }

    /** Remembers what the row is now. */
    void remember(Floor floor) {
        Long hash = hash();
        if (!isPresent(floor)) {
            wasAbsent = true;
        } else if (hash != null) {
            was.add(hash);
        }
    }

    /** Whether the row has been so in what is remembered. */
    boolean was(@Nullable RowState row) {
        return row == null ? wasAbsent : was.contains(row.hash());
    }

    /** The change that made the key what it is; null if there is none. */
    @Nullable
    LoggedChange newest() {
        return newest;
    }

    private boolean isNewer(LoggedChange change, @Nullable LoggedChange than) {
        if (than == null) {
            return true;
        }
        if (change.partition() == than.partition() && (!byLsn || change.lsn() == than.lsn())) {
            return change.offset() >= than.offset();
        }
        return change.lsn() >= than.lsn();
    }

    /** Whether the key has a row, unless a truncate has taken it. */
    boolean isPresent(Floor floor) {
        LoggedChange change = newest;
        return change != null && !change.op().equals("d") && !floor.covers(change);
    }

    /** The row's hash, as the mirror's table has it; null if the log does not tell. */
    @Nullable
    Long hash() {
        LoggedChange change = newest;
        if (change == null || !change.known()) {
            return null;
        }
        if (bringing.length == 0) {
            return change.rest();
        }
        StringJoiner joined = new StringJoiner(",");
        joined.add(Long.toString(change.rest()));
        for (int i = 0; i < bringing.length; i++) {
            LoggedChange from = bringing[i];
            if (from == null) {
                return null;
            }
            joined.add(from.separate().get(i));
        }
        return TextHash.of(joined.toString());
    }
}
