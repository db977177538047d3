package dev.duet.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses that double from attempt to attempt up to a limit, each drawn between half and all of it so that several processes don't
 * knock at the same moment.
 */
public record Backoff(Duration first, Duration limit) {
    /** @param attempt 1 for the pause after the first failure */
    public Duration pause(int attempt) {
        long millis = Math.min(limit.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    }
}
