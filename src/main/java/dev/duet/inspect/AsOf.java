package dev.duet.inspect;

import java.time.Instant;

/** Which version of a change log is meant. */
public sealed interface AsOf {
    /** The newest one. */
    record Latest() implements AsOf {}

    /** The one of this number. */
    record Version(long version) implements AsOf {}

    /** The newest one that was committed at this time or before. */
    record Time(Instant time) implements AsOf {}
}
