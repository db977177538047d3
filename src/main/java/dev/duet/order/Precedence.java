package dev.duet.order;

/** Whether a change replaces what is held of its key. The order of a change is that of {@link Horizon#order}. */
public final class Precedence {
    private Precedence() {}

    /** Of equal ones the later in the stream counts: a snapshot row and its first update can share an LSN. */
    public static boolean replaces(long order, long heldLsn) {
        return order >= heldLsn;
    }

    /**
     * Whether a delete is no obstacle to an older change. A deleted row has no LSN any more, so within a partition the stream's order
     * counts; only against changes of other partitions a delete is remembered. A dead letter that was sent again came after it.
     */
    public static boolean forgets(boolean samePartition, boolean late) {
        return samePartition || late;
    }

    /**
     * {@link #replaces} in SQL.
     *
     * @param lsn of the change
     * @param leastOrder what its order is raised to, 0 if it is the LSN
     */
    public static String replacesSql(String lsn, String leastOrder, String heldLsn) {
        return heldLsn + " <= greatest(" + lsn + ", " + leastOrder + ")";
    }

    /** The opposite in SQL. */
    public static String isStaleSql(String lsn, String leastOrder, String heldLsn) {
        return heldLsn + " > greatest(" + lsn + ", " + leastOrder + ")";
    }
}
