package dev.duet.failpoint;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The steps between a poll and the commit of its offsets at which a crash is tried out (docs/crash-matrix.md). One of them is armed
 * by the system properties
 *
 * <pre>
 * -Dduet.failpoint.at=NAME[@SINK][:N]    the step's name, the sink if it is one of delivery's, and the how manieth time (1)
 * -Dduet.failpoint.dir=DIR               the thread that reaches it makes DIR/NAME.reached (with @SINK if asked for) and stands
 *                                        still until DIR/NAME.release is there
 * </pre>
 *
 * <p>Off, a step costs a test of a constant. The constants stand in the order of a record's way.
 */
public enum FailPoint {
    /** A poll's records are taken off the queue, not yet decoded. */
    POLLED,
    DECODED,
    /** There are dead letters; none is sent. */
    DEAD_LETTERS_SENDING,
    /** The broker has acknowledged all of them; nothing of the poll is accepted. */
    DEAD_LETTERS_SENT,
    /** Delivery has queued the poll's changes. */
    ACCEPTED,
    /** A lane is about to write to its sink. */
    WRITING,
    /** A target has the columns that its source has now; no row of them is written. */
    TARGET_ALTERED,
    /** BEGIN is sent, no statement yet. */
    SQL_STARTING,
    /** The rows of {@code duet.position} are locked; the other statements are under way. */
    SQL_LOCKED,
    /** All statements are answered; COMMIT is not sent. */
    SQL_CHECKED,
    /** The server has acknowledged COMMIT; the sink has not noted it. */
    SQL_COMMITTED,
    /** Version 0 of a Delta table is about to be written. */
    TABLE_CREATING,
    TABLE_CREATED,
    /** A Delta table has the columns that its source has now; no row of them is written. */
    SCHEMA_PUT,
    PARQUET_WRITING,
    /** A data file is in the store; no version names it. */
    PARQUET_WRITTEN,
    /** The next version of the log is about to be put. */
    LOG_PUTTING,
    /** The version is durable; nothing after it is done. */
    LOG_PUT,
    CHECKSUM_WRITING,
    CHECKSUM_WRITTEN,
    CHECKPOINT_WRITING,
    /** The checkpoint's file is in the store; {@code _last_checkpoint} does not name it. */
    CHECKPOINT_STORED,
    CHECKPOINT_WRITTEN,
    /** The sink's write has succeeded; delivery does not know. */
    PASSING,
    /** Delivery knows; neither Kafka's side nor the stored positions do. */
    PASSED,
    /** Kafka's side knows what may be committed; {@code delivered_next} is not to be stored yet. */
    ACKNOWLEDGED,
    DELIVERED_STORING,
    /** The positions are moved and their events written, in a transaction that is not committed. */
    OUTBOX_WRITTEN,
    DELIVERED_STORED,
    OFFSETS_COMMITTING,
    OFFSETS_COMMITTED,
    /** The consumer says that partitions are to be given up; they are still ours. */
    REVOKING,
    /** They are forgotten here; their last offsets are not committed. */
    REVOKED,
    /** All is done; the group does not know. */
    REVOCATION_DONE,
    /** Partitions have come; their positions are not read. */
    ASSIGNED,
    POSITIONS_READ,
    /** The consumer is sought; delivery does not accept yet. */
    SOUGHT,
    RESUMED;

    private static final String NAMES =
            Arrays.stream(values()).map(FailPoint::stableName).collect(Collectors.joining(", "));

    /** The name by which it is armed, such as {@code log-put}. */
    public String stableName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Stands still here if this step is armed and its time has come. */
    public void reached() {
        if (Armed.ON) {
            Armed.POINT.reached(this, "");
        }
    }

    /** The same for a step that each sink has. */
    public void reached(String sink) {
        if (Armed.ON) {
            Armed.POINT.reached(this, sink);
        }
    }

    /** @throws IllegalArgumentException if a fail point is asked for that there is not; names those that there are */
    public static void check() {
        if (Armed.ON) {
            Armed.POINT.check();
        }
    }

    /** Whether one is armed in this process. */
    public static boolean isArmed() {
        return Armed.ON;
    }

    static FailPoint of(String name) {
        for (FailPoint point : values()) {
            if (point.stableName().equals(name)) {
                return point;
            }
        }
        throw new IllegalArgumentException(
                Armed.AT + " names the fail point '" + name + "', which does not exist: use one of " + NAMES);
    }
}
