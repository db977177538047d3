package dev.duet.order;

import java.util.ArrayList;
import java.util.List;

/**
 * The truncates of a log. Mostly the last one is the only one that matters; one of before the source's LSNs began anew has a greater LSN
 * and an earlier time.
 */
public final class Truncates {
    private record Truncate(Floor floor, int partition, long offset) {
        boolean makesNeedless(Truncate other) {
            return partition == other.partition
                    && offset >= other.offset
                    && floor.lsn() >= other.floor.lsn()
                    && floor.tsMillis() >= other.floor.tsMillis();
        }
    }

    private final List<Truncate> truncates = new ArrayList<>(1);
    private final ClockTolerance tolerance;
    private final boolean madeAgain;
    private int version;

    /** @param madeAgain whether a topic was made again: its offsets tell no order then */
    public Truncates(ClockTolerance tolerance, boolean madeAgain) {
        this.tolerance = tolerance;
        this.madeAgain = madeAgain;
    }

    public void add(long lsn, long tsMillis, int partition, long offset) {
        Truncate truncate = new Truncate(new Floor(lsn, tsMillis), partition, offset);
        if (truncates.stream().noneMatch(other -> other.makesNeedless(truncate))) {
            truncates.removeIf(truncate::makesNeedless);
            truncates.add(truncate);
            version++;
        }
    }

    /** Whether the row of this change is gone. */
    public boolean cover(KeyChanges.Change change) {
        return truncates.stream().anyMatch(truncate -> covers(truncate, change));
    }

    private boolean covers(Truncate truncate, KeyChanges.Change change) {
        Floor floor = truncate.floor;
        if (change.lsn() < floor.lsn()) {
            return floor.covers(change.lsn(), change.tsMillis(), change.isRead())
                    && !tolerance.isLater(change.tsMillis(), floor.tsMillis());
        }
        boolean after = !madeAgain && truncate.partition == change.partition() && truncate.offset < change.offset();
        return !after && tolerance.isLater(floor.tsMillis(), change.tsMillis()); // the LSNs have begun anew since
    }

    /** Grows with each truncate that matters. */
    public int version() {
        return version;
    }
}
