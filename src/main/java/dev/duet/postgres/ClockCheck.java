package dev.duet.postgres;

import dev.duet.inspect.Finding;

/** Whether a server's clock agrees with this machine's. */
final class ClockCheck {
    private static final long LIMIT_MILLIS = 1000;

    private ClockCheck() {}

    static Finding of(String area, LookSession session) {
        String sql = "select (extract(epoch from clock_timestamp()) * 1000)::int8";
        var unused = session.one("reading the clock", sql); // the first statement takes its time
        long before = System.currentTimeMillis();
        long there = session.one("reading the clock", sql).getLong(0);
        long after = System.currentTimeMillis();
        long away = there < before ? before - there : Math.max(0, there - after);
        return away <= LIMIT_MILLIS
                ? Finding.ok(area, "clock", "less than a second away")
                : Finding.warning(
                        area,
                        "clock",
                        away / 1000 + " s away from this machine's",
                        "Synchronize both clocks (NTP): lags are wrong, and a source's clock that is set back stops tables.");
    }
}
