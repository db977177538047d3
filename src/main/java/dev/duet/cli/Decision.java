package dev.duet.cli;

import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.envelope.Decoded;
import dev.duet.intake.Peek;
import dev.duet.transform.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What the service would do with a record, and why.
 *
 * @param what one of apply, skip, filter, dead-letter, stop
 */
record Decision(String what, String why) {

    /**
     * @param appliedNext PostgreSQL's position, null if there is none
     * @param deltaNext that of the Delta table, null if there is none
     */
    static Decision of(Peek.Event event, @Nullable Long appliedNext, @Nullable Long deltaNext) {
        return switch (event.decoded()) {
            case Decoded.Malformed(String reason) -> new Decision("dead-letter", reason);
            case Decoded.Blocked(var table, String reason) -> new Decision("stop", reason);
            case Decoded.NoRow(Decoded.Kind kind) -> new Decision("filter", reason(kind));
            case Decoded.Change ignored -> of(event, event.outcome(), appliedNext, deltaNext);
        };
    }

    private static Decision of(
            Peek.Event event, @Nullable Outcome outcome, @Nullable Long appliedNext, @Nullable Long deltaNext) {
        return switch (outcome) {
            case null -> new Decision("stop", "it could not be transformed");
            case Outcome.Filtered ignored -> new Decision("filter", "excluded by " + event.filter());
            case Outcome.Unfitting(String reason) -> new Decision("dead-letter", reason);
            case Outcome.Stopped(var table, String reason) -> new Decision("stop", reason);
            case Outcome.Changed(RowChange change) -> {
                boolean postgresHas = appliedNext != null && event.offset() < appliedNext;
                boolean deltaHas = deltaNext != null && event.offset() < deltaNext;
                String why = "PostgreSQL " + (postgresHas ? "has it (position " + appliedNext + ")" : verb(change))
                        + ", Delta " + (deltaHas ? "has it (position " + deltaNext + ")" : "appends it");
                boolean excluded = event.filter() != null && change.op() == Op.DELETE;
                yield new Decision(
                        postgresHas && deltaHas ? "skip" : "apply",
                        why + (excluded ? "; a delete, since " + event.filter() + " excludes the row" : ""));
            }
        };
    }

    private static String verb(RowChange change) {
        return switch (change.op()) {
            case CREATE, UPDATE, READ -> "upserts it unless the row is newer";
            case DELETE -> "deletes the row unless it is newer";
            case TRUNCATE -> "deletes the older rows";
        };
    }

    private static String reason(Decoded.Kind kind) {
        return switch (kind) {
            case TOMBSTONE -> "a tombstone: for compaction, no row";
            case HEARTBEAT -> "a heartbeat: no row";
            case MESSAGE -> "a logical message: no row";
            case TRANSACTION -> "a transaction's marker: no row";
            case FILTERED -> "excluded by a filter";
        };
    }
}
