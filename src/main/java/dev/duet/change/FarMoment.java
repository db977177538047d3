package dev.duet.change;

import org.jspecify.annotations.Nullable;

/**
 * A timestamp from 294247-01-10T04:00:54.775807 on, which 64-bit microseconds since 1970 don't reach, or which would be taken for
 * infinity. PostgreSQL, which counts from 2000, goes on to the end of 294276.
 *
 * @param second seconds since 1970-01-01T00:00
 * @param micro the second's microseconds
 */
public record FarMoment(long second, int micro) {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** 4714-11-24 BC, day 0 of the Julian date, and 294277-01-01: what PostgreSQL's timestamps lie between. */
    private static final long FIRST_SECOND = -210_866_803_200L;

    private static final long END_SECOND = 9_224_318_016_000L;

    /** {@link Long#MAX_VALUE}, which is infinity's. */
    private static final long LAST_SECOND = Long.MAX_VALUE / MICROS_PER_SECOND;

    private static final long LAST_MICRO = Long.MAX_VALUE % MICROS_PER_SECOND;

    /** The value of a timestamp's column, Long or FarMoment; null outside of PostgreSQL's range. */
    public static @Nullable Object timestamp(long second, int micro) {
        if (second < FIRST_SECOND || second >= END_SECOND) {
            return null;
        }
        boolean far = second > LAST_SECOND || second == LAST_SECOND && micro >= LAST_MICRO;
        return far ? new FarMoment(second, micro) : (Object) (second * MICROS_PER_SECOND + micro);
    }

    /** Compares two values of timestamps' columns: infinity is the greatest. */
    public static int compare(Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return x.compareTo(y);
        }
        if (a instanceof FarMoment x && b instanceof FarMoment y) {
            return Long.compare(x.microsBeyond(), y.microsBeyond());
        }
        return a instanceof FarMoment ? beyond((Long) b) : -beyond((Long) a);
    }

    private static int beyond(Long other) {
        return other == Long.MAX_VALUE ? -1 : 1;
    }

    /** Microseconds since 294247-01-10T04:00:54.775807. */
    public long microsBeyond() {
        return second * MICROS_PER_SECOND + micro - Long.MAX_VALUE; // both overflows cancel out
    }
}
