package dev.duet.status;

import dev.duet.delivery.ReadTo;
import org.jspecify.annotations.Nullable;

/**
 * How far there is to go in one partition. Kafka's end may be an offset that holds no record (a transaction's marker), which no position
 * reaches by itself: a position is level too when it is behind the last record that the consumer returned, and the consumer has come to the
 * end without another. Thread-safe.
 */
final class PartitionEnd {
    private long told = -1;
    private long seen = -1;
    private @Nullable ReadTo readTo;

    /** The offset that the next record gets, -1 if that has not been told yet. */
    synchronized long offset() {
        return told < 0 ? -1 : Math.max(told, seen);
    }

    synchronized void set(long next) {
        told = next;
    }

    /** Reading has come to this offset: what was read was there, even if the brokers have not told of it yet. */
    synchronized void accepted(long next) {
        seen = next;
    }

    synchronized void readTo(ReadTo now) {
        readTo = now;
    }

    /** The partition stands still: how far reading had come says nothing any more. */
    synchronized void stopped() {
        seen = -1;
        readTo = null;
    }

    /** Whether a position is known to have all that there is. */
    synchronized boolean isLevel(long position) {
        long end = offset();
        ReadTo read = readTo;
        return end >= 0
                && (position >= end || (read != null && read.position() >= end && position >= read.nextRecord()));
    }

    /** Offsets between a position and the end; none if there is no record among them, or as long as the end is not known. */
    synchronized long from(long position) {
        return isLevel(position) ? 0 : Math.max(0, offset() - position);
    }
}
