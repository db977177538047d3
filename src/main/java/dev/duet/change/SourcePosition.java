package dev.duet.change;

/**
 * Where and when the source made a change ({@code source} of Debezium's envelope).
 *
 * <p>LSNs order the changes of one key. They don't order changes of different keys: events come in commit order, and the rows of a
 * snapshot or of one COPY share an LSN.
 *
 * @param lsn the source's log sequence number ({@code source.lsn})
 * @param txId the source's transaction ({@code source.txId}), {@link #NO_TX} if the event names none
 * @param tsMicros the commit time in the source, microseconds since the epoch ({@code source.ts_us}, else {@code ts_ms})
 * @param late whether the record stands later in its partition than the source's order has it: it was a dead letter, sent again
 */
public record SourcePosition(long lsn, long txId, long tsMicros, boolean late) {
    public static final long NO_TX = -1;

    public SourcePosition(long lsn, long txId, long tsMicros) {
        this(lsn, txId, tsMicros, false);
    }

    /** The commit time as Debezium's {@code ts_ms}, milliseconds since the epoch. */
    public long tsMillis() {
        return Math.floorDiv(tsMicros, 1000L);
    }
}
