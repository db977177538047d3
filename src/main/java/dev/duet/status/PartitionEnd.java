package dev.duet.status;

/**
 * How far there is to go in one partition. Kafka's end may be an offset that holds no record (a transaction's marker), which no position
 * reaches by itself: what has all that was accepted counts as level when the consumer has found nothing more for some seconds. Thread-safe.
 */
final class PartitionEnd {
    private static final long QUIET_MILLIS = 3000;

    private long offset = -1;
    private long acceptedNext = -1;
    private long acceptedMillis;
    private boolean atEnd;

    /** The offset that the next record gets, -1 if that has not been told yet. */
    synchronized long offset() {
        return offset;
    }

    synchronized void set(long next) {
        offset = next;
    }

    /** Reading has come to this offset. */
    synchronized void accepted(long next, long now) {
        acceptedNext = next;
        acceptedMillis = now;
    }

    /** The partition stands still: how far reading has come says nothing any more. */
    synchronized void stopped() {
        acceptedNext = -1;
    }

    /** @param is whether the consumer has nothing left to fetch */
    synchronized void atEnd(boolean is) {
        atEnd = is;
    }

    /** Offsets between a position and the end; none if there is no record among them. */
    synchronized long from(long position, long now) {
        boolean level = position >= offset
                || (atEnd && acceptedNext >= 0 && position >= acceptedNext && now - acceptedMillis > QUIET_MILLIS);
        return level ? 0 : offset - position;
    }
}
