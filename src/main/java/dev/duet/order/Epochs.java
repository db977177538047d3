package dev.duet.order;

/** LSNs with the epoch in their upper bits: a source whose LSNs have begun anew (a restored backup, say) is later than before. */
public final class Epochs {
    private static final int SHIFT = 56; // 72 PB of WAL below it, 127 epochs above

    private Epochs() {}

    /** What is added to an LSN of this epoch. */
    public static long shift(int epoch) {
        return (long) epoch << SHIFT;
    }

    /** The epoch of an LSN that has one. */
    public static int of(long lsn) {
        return (int) (lsn >> SHIFT);
    }
}
