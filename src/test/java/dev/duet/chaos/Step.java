package dev.duet.chaos;

import dev.duet.failpoint.FailPoint;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the matrix: where the victim stands when it dies.
 *
 * @param name as {@code --steps} takes it
 * @param sink the sink whose step it is, {@code outbox} if deliveries are told there, or {@code -}
 * @param place where it is held up
 * @param stage what it takes to get there in the middle of a backlog
 * @param times the how manieth time it gets there
 */
record Step(String name, String sink, Place place, Stage stage, int times) {
    private static final String OUTBOX = "outbox";

    sealed interface Place {}

    /** The service's own thread stands still. */
    record Inside(String spec) implements Place {}

    /** A proxy holds up what the service has sent, or the answer to it. */
    record Outside(Wire wire) implements Place {}

    enum Wire {
        /** The server has committed; the client has no answer. */
        COMMIT_UNANSWERED,
        /** COMMIT is on its way, and arrives after a successor has started. */
        COMMIT_LATE,
        /** The store has the version; the client has no answer. */
        LOG_PUT_UNANSWERED,
        /** The request is on its way, and is carried out after a successor has started. */
        LOG_PUT_LATE,
        /** The server has moved the delivered positions and has the events; the client has no answer. */
        OUTBOX_COMMIT_UNANSWERED,
        /** The outbox' COMMIT is on its way, and arrives after a successor has read the positions that it moves. */
        OUTBOX_COMMIT_LATE
    }

    enum Stage {
        /** It gets there by itself under load. */
        LOAD,
        /** An instance before it has left work behind. */
        SUCCESSOR,
        /** Another instance has to join. */
        REBALANCE
    }

    static List<Step> all() {
        List<Step> steps = new ArrayList<>();
        for (FailPoint point : FailPoint.values()) {
            steps.addAll(of(point));
        }
        steps.add(outside(Wire.COMMIT_UNANSWERED, "postgres"));
        steps.add(outside(Wire.COMMIT_LATE, "postgres"));
        steps.add(outside(Wire.LOG_PUT_UNANSWERED, "delta"));
        steps.add(outside(Wire.LOG_PUT_LATE, "delta"));
        steps.addAll(told());
        return List.copyOf(steps);
    }

    /** At the end, so that the others keep their numbers and with them their histories. */
    private static List<Step> told() {
        return List.of(
                told(FailPoint.DELIVERED_STORING, "@" + OUTBOX),
                told(FailPoint.OUTBOX_WRITTEN, ""),
                told(FailPoint.DELIVERED_STORED, "@" + OUTBOX),
                outside(Wire.OUTBOX_COMMIT_UNANSWERED, OUTBOX),
                outside(Wire.OUTBOX_COMMIT_LATE, OUTBOX));
    }

    /** Whether its instances tell deliveries. */
    boolean isTold() {
        return sink.equals(OUTBOX);
    }

    private static List<Step> of(FailPoint point) {
        return switch (point) {
            case POLLED, DECODED, ACCEPTED, PASSED, ACKNOWLEDGED -> List.of(inside(point, "-", Stage.LOAD, 4));
            case DEAD_LETTERS_SENDING, DEAD_LETTERS_SENT -> List.of(inside(point, "-", Stage.LOAD, 2));
            case WRITING, PASSING ->
                List.of(inside(point, "postgres", Stage.LOAD, 3), inside(point, "delta", Stage.LOAD, 3));
            case SQL_STARTING, SQL_LOCKED, SQL_CHECKED, SQL_COMMITTED ->
                List.of(inside(point, "postgres", Stage.LOAD, 3));
            // The matrix's source keeps its columns: SchemaChangesIT tries these.
            case TARGET_ALTERED, SCHEMA_PUT -> List.of();
            case OUTBOX_WRITTEN -> List.of(); // below, with deliveries
            case TABLE_CREATING, TABLE_CREATED -> List.of(inside(point, "delta", Stage.LOAD, 1));
            case PARQUET_WRITING, PARQUET_WRITTEN, LOG_PUTTING, LOG_PUT, CHECKSUM_WRITING, CHECKSUM_WRITTEN ->
                List.of(inside(point, "delta", Stage.LOAD, 3));
            case CHECKPOINT_WRITING, CHECKPOINT_STORED, CHECKPOINT_WRITTEN ->
                List.of(inside(point, "delta", Stage.LOAD, 1));
            case DELIVERED_STORING, DELIVERED_STORED, OFFSETS_COMMITTING, OFFSETS_COMMITTED ->
                List.of(inside(point, "-", Stage.LOAD, 2));
            case REVOKING, REVOKED, REVOCATION_DONE -> List.of(inside(point, "-", Stage.REBALANCE, 1));
            case ASSIGNED, POSITIONS_READ, SOUGHT, RESUMED -> List.of(inside(point, "-", Stage.SUCCESSOR, 1));
        };
    }

    private static Step inside(FailPoint point, String sink, Stage stage, int times) {
        boolean each = point == FailPoint.WRITING || point == FailPoint.PASSING;
        String name = point.stableName() + (each ? "@" + sink : "");
        return new Step(name, sink, new Inside(name), stage, times);
    }

    /** A step that others have too has the outbox in its name. */
    private static Step told(FailPoint point, String suffix) {
        Place place = new Inside(point.stableName());
        return new Step(point.stableName() + suffix, OUTBOX, place, Stage.LOAD, 2);
    }

    private static Step outside(Wire wire, String sink) {
        String name = wire.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        return new Step(name, sink, new Outside(wire), Stage.LOAD, 3);
    }
}
