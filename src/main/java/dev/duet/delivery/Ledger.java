package dev.duet.delivery;

import dev.duet.change.PartitionChanges;
import java.util.Set;

/**
 * What became of the records of one partition at one sink, counted since the pipeline began. Stored with the position, in the
 * same transaction, so that {@code read = applied + skipped + filtered + deadLettered} can be checked at any time.
 *
 * @param applied records whose change the sink took (a stale one too: the sink looked at it and kept the newer row)
 * @param skipped records read again that the sink had already
 * @param filtered records that carry no row for the sinks
 * @param deadLettered records that went to the dead-letter topic
 */
public record Ledger(long applied, long skipped, long filtered, long deadLettered) {
    public static final Ledger EMPTY = new Ledger(0, 0, 0, 0);

    /** All records that were read. */
    public long read() {
        return applied + skipped + filtered + deadLettered;
    }

    /**
     * Checks that a link's records are all accounted for.
     *
     * @param where at which step, for the error
     * @throws LedgerBrokenException if not
     */
    public void check(PartitionChanges link, String where) {
        if (read() != link.read()) {
            throw new LedgerBrokenException(
                    Set.of(link.partition()),
                    link.read() + " records were read from offset " + link.firstOffset() + " to " + link.nextOffset()
                            + ", " + where + " counts " + this);
        }
    }

    public Ledger plus(Ledger other) {
        return new Ledger(
                applied + other.applied,
                skipped + other.skipped,
                filtered + other.filtered,
                deadLettered + other.deadLettered);
    }
}
