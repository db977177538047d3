package dev.duet.order;

/**
 * How much the source's clock may go back between two changes of a row. In one life of a source a row's lock makes its LSN and its commit
 * time rise together; where they disagree by more than this, the LSNs have begun anew.
 *
 * @param millis from {@code duet.postgres.clock-tolerance}
 */
public record ClockTolerance(long millis) {
    /** Whether a change was surely committed after what is held, whatever the LSNs say. */
    public boolean isLater(long tsMillis, long heldTsMillis) {
        return tsMillis - millis > heldTsMillis;
    }

    /** The same in SQL. Both times and the tolerance are expressions. */
    public static String isLaterSql(String tsMillis, String heldTsMillis, String millis) {
        return heldTsMillis + " < " + tsMillis + " - " + millis;
    }
}
