package dev.duet.postgres;

/**
 * What a partition's stream has shown up to a position; stored with it. LSNs are the mirror's ({@link Orders}).
 *
 * @param epoch how often the source's LSNs have begun anew, as the operator has said
 * @param snapshotLsn the greatest LSN of a snapshot row, 0 if there was none
 * @param maxLsn the greatest LSN of any change
 */
record Horizon(int epoch, long snapshotLsn, long maxLsn) {
    static final Horizon NONE = new Horizon(0, 0, 0);
}
