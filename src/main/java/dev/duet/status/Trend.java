package dev.duet.status;

/** How fast some counters grow: their values of the last seconds. Guarded by the board. */
final class Trend {
    private static final int SECONDS = 6;

    private final long[] times = new long[SECONDS];
    private final long[][] values;
    private int next;
    private int size;

    Trend(int counters) {
        this.values = new long[SECONDS][counters];
    }

    /** About once a second. */
    void sample(long nowMillis, long... counters) {
        times[next] = nowMillis;
        System.arraycopy(counters, 0, values[next], 0, values[next].length);
        next = (next + 1) % SECONDS;
        size = Math.min(SECONDS, size + 1);
    }

    /** Of one counter, a second. */
    double rate(int counter) {
        if (size < 2) {
            return 0;
        }
        int newest = Math.floorMod(next - 1, SECONDS);
        int oldest = Math.floorMod(next - size, SECONDS);
        long millis = times[newest] - times[oldest];
        return millis <= 0 ? 0 : (values[newest][counter] - values[oldest][counter]) * 1000.0 / millis;
    }
}
