package dev.duet.order;

/**
 * What a partition's stream has shown up to a position. A snapshot row's LSN is not that of its last change, so within a partition the
 * stream's order counts beside snapshot rows: a row of a snapshot is later than all before it, and all after it is later than the row. A
 * dead letter that was sent again may stand anywhere in the stream: it is as old as its LSN, and moves nothing here.
 *
 * @param epoch how often the source's LSNs have begun anew, as the operator has said
 * @param snapshotLsn the greatest LSN of a snapshot row, 0 if there was none; with the epoch ({@link Epochs})
 * @param maxLsn the greatest LSN of any change; with the epoch
 */
public record Horizon(int epoch, long snapshotLsn, long maxLsn) {
    public static final Horizon NONE = new Horizon(0, 0, 0);

    /**
     * What the next change is judged by: its LSN, unless the stream says that it is later.
     *
     * @param lsn with the epoch
     * @param read whether it is a row of a snapshot
     * @param late whether it is a dead letter that was sent again
     */
    public long order(long lsn, boolean read, boolean late) {
        return late ? lsn : Math.max(lsn, read ? maxLsn : snapshotLsn);
    }

    /** The horizon after this change. */
    public Horizon after(long lsn, boolean read, boolean late) {
        if (late || (lsn <= maxLsn && (!read || lsn <= snapshotLsn))) {
            return this;
        }
        return new Horizon(epoch, read ? Math.max(snapshotLsn, lsn) : snapshotLsn, Math.max(maxLsn, lsn));
    }
}
