package dev.duet.order;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one key as a log tells them, taken in any order: which of them made the row what it is. The rule is the mirror's.
 *
 * <p>The log does not tell the epochs that an operator has given to partitions, so the source's clock does: a change that is older by its
 * LSN and later by the clock is of a source whose LSNs have begun anew. And it does not tell in which order changes of two partitions
 * arrived: across partitions LSNs count, so the arrival does not matter.
 *
 * <p>Of a key with very many changes those are forgotten that can't matter any more.
 */
public final class KeyChanges<C extends KeyChanges.Change> {
    /** A change of a row, as a log has it. */
    public interface Change {
        long lsn();

        /** When the source committed it, or read it for a snapshot. */
        long tsMillis();

        /** A number for the topic-partition. */
        int partition();

        long offset();

        boolean isRead();

        boolean isDelete();

        /** Whether it is a dead letter that was sent again. */
        boolean late();

        /** Whether it has a value for each column that the other, an earlier one, has a value for; a delete has all. */
        boolean bringsAllOf(Change other);
    }

    private static final int FEW = 128;
    /** How many later changes are asked whether they make one needless. */
    private static final int ASKED = 4;

    private static final Comparator<Change> STREAM =
            Comparator.comparingInt(Change::partition).thenComparingLong(Change::offset);
    private static final Comparator<Change> CLOCK =
            Comparator.comparingLong(Change::tsMillis).thenComparing(STREAM);

    private final Comparator<Change> stream;
    private final List<C> changes = new ArrayList<>(2);
    private final int few;
    private int many;

    /** @param madeAgain whether a topic was made again: its offsets tell no order then, the clock does */
    public KeyChanges(boolean madeAgain) {
        this(madeAgain, FEW);
    }

    /** @param few so many changes are kept in any case */
    KeyChanges(boolean madeAgain, int few) {
        this.few = few;
        this.many = few;
        this.stream = madeAgain ? CLOCK : STREAM;
    }

    public void add(C change) {
        changes.add(change);
        if (changes.size() >= many) {
            forget();
            many = Math.max(few, 2 * changes.size());
        }
    }

    public int size() {
        return changes.size();
    }

    /**
     * The changes that count, in the order in which they made the row; the last one left it as it is. Stale changes are not among them,
     * nor those whose rows a truncate took.
     */
    public List<C> counting(Truncates truncates, ClockTolerance tolerance) {
        changes.sort(stream);
        Map<Integer, Horizon> horizons = HashMap.newHashMap(2);
        List<C> counting = new ArrayList<>(changes.size());
        C held = null;
        for (C change : changes) {
            Horizon horizon = horizons.getOrDefault(change.partition(), Horizon.NONE);
            long order = horizon.order(change.lsn(), change.isRead(), change.late());
            horizons.put(change.partition(), horizon.after(change.lsn(), change.isRead(), change.late()));
            if ((change.isDelete() || !truncates.cover(change)) && replaces(change, order, held, tolerance)) {
                counting.add(change);
                held = change;
            }
        }
        return counting;
    }

    private static boolean replaces(Change change, long order, @Nullable Change held, ClockTolerance tolerance) {
        boolean same = held == null || held.partition() == change.partition();
        if (held == null || (held.isDelete() && Precedence.forgets(same, change.late()))) {
            return true;
        }
        if (Precedence.replaces(order, held.lsn())) {
            boolean heldBeganAnew = !same
                    && !held.isRead()
                    && !change.isRead()
                    && tolerance.isLater(held.tsMillis(), change.tsMillis());
            return !heldBeganAnew;
        }
        return tolerance.isLater(change.tsMillis(), held.tsMillis());
    }

    /**
     * Leaves out each change that a later one of its partition makes needless: that one has a value wherever this one has, and replaces
     * whatever this one would replace. Snapshot rows and late letters stay: they are few, and others are judged by them.
     */
    private void forget() {
        changes.sort(stream);
        Map<Integer, List<C>> later = new HashMap<>();
        List<C> kept = new ArrayList<>();
        for (C change : changes.reversed()) {
            List<C> after = later.computeIfAbsent(change.partition(), partition -> new ArrayList<>());
            if (change.isRead() || change.late() || after.stream().noneMatch(next -> isNeedless(change, next))) {
                kept.add(change);
                if (!change.late()) {
                    after.addFirst(change);
                    if (after.size() > ASKED) {
                        after.removeLast();
                    }
                }
            }
        }
        changes.clear();
        changes.addAll(kept.reversed());
    }

    private static boolean isNeedless(Change change, Change next) {
        return next.lsn() >= change.lsn() && next.tsMillis() >= change.tsMillis() && next.bringsAllOf(change);
    }
}
