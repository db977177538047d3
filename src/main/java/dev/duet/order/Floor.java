package dev.duet.order;

/**
 * What a truncate leaves behind: rows older than it are gone. Truncates go by their own LSN, since nobody else writes to the table from a
 * truncate to its commit. A snapshot row's LSN may lie below a truncate that the snapshot has seen; its time tells then.
 *
 * @param lsn of the last truncate, 0 if there was none
 * @param tsMillis when the source committed it
 */
public record Floor(long lsn, long tsMillis) {
    public static final Floor NONE = new Floor(0, 0);

    /** Whether a row of this change is gone. A delete is never covered: it has no row to bring back. */
    public boolean covers(long changeLsn, long changeTsMillis, boolean read) {
        return changeLsn < lsn && !(read && changeTsMillis > tsMillis);
    }

    /** Whether a row of this change stays, in SQL, where {@code f} is the row of duet.mirror. */
    public static String sparesSql(String lsn, String tsMillis, String read) {
        return "(" + lsn + " >= f.floor_lsn or (" + read + " and " + tsMillis + " > f.floor_ts_ms))";
    }

    /** Whether a change lies below the floor by its LSN, in SQL. */
    public static String belowSql(String lsn) {
        return lsn + " < f.floor_lsn";
    }

    /** Which rows of a target a truncate takes, in SQL. */
    public static String takesSql(String rowLsn, String truncateLsn) {
        return rowLsn + " < " + truncateLsn;
    }
}
