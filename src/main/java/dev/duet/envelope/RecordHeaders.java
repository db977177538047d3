package dev.duet.envelope;

import org.jspecify.annotations.Nullable;

/** A record's headers. */
@FunctionalInterface
public interface RecordHeaders {
    /** A record without headers. */
    RecordHeaders NONE = name -> null;

    /** The value of the last header of this name; null if there is none. */
    byte @Nullable [] last(String name);
}
