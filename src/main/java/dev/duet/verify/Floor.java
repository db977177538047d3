package dev.duet.verify;

import dev.duet.inspect.LoggedChange;

/** The last truncate of a log: what is older than it is gone. */
final class Floor {
    private long lsn;
    private long tsMillis;

    void take(LoggedChange truncate) {
        if (truncate.lsn() >= lsn) {
            lsn = truncate.lsn();
            tsMillis = truncate.tsMillis();
        }
    }

    /** A snapshot's row may have a lower LSN than a truncate that the snapshot has seen: its time tells. */
    boolean covers(LoggedChange change) {
        return change.lsn() < lsn && !(change.op().equals("r") && change.tsMillis() > tsMillis);
    }
}
