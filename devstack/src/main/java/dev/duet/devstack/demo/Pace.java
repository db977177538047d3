package dev.duet.devstack.demo;

import java.time.Duration;

/// How many changes are due, from the rate and the time that has passed.
final class Pace {

    private static final double MAX_BEHIND_SECONDS = 2;

    private final double perSecond;
    private long anchorNanos;
    private double done;

    Pace(double perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.anchorNanos = nowNanos;
    }

    /// Whole changes that should have been made by now. What a stall of the database left behind beyond two seconds is
    /// dropped, or a burst would follow.
    int due(long nowNanos) {
        double behind = (nowNanos - anchorNanos) / 1e9 * perSecond - done;
        if (behind > perSecond * MAX_BEHIND_SECONDS + 1) {
            anchorNanos = nowNanos;
            done = -perSecond * MAX_BEHIND_SECONDS;
            behind = -done;
        }
        return (int) Math.max(0, behind);
    }

    void done(int changes) {
        done += changes;
    }

    /// Until the next change is due.
    Duration untilNext(long nowNanos) {
        double seconds = (done + 1) / perSecond - (nowNanos - anchorNanos) / 1e9;
        return Duration.ofNanos((long) (Math.max(seconds, 0.001) * 1e9));
    }
}
