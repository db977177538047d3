package dev.duet.envelope;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;

/** What the decoder made of one record. Its texts name fields and expectations, never a value. */
public sealed interface Decoded permits Decoded.Change, Decoded.NoRow, Decoded.Malformed, Decoded.Blocked {
    /** A change of a row, or a truncate. */
    record Change(RowChange change) implements Decoded {}

    /** A record that by its nature changes no row. */
    record NoRow(Kind kind) implements Decoded {}

    /**
     * A record that contradicts its format: one for the dead-letter topic.
     *
     * @param reason the field and what was expected of it
     */
    record Malformed(String reason) implements Decoded {}

    /**
     * The record may be sound, but the table can't be read until an operator has done something. Decoding the same record again
     * asks again.
     *
     * @param reason what, why and what to do
     */
    record Blocked(TableId table, String reason) implements Decoded {}

    /** Why a record has no row. */
    enum Kind {
        /** A null value: the marker for log compaction that may follow a delete. */
        TOMBSTONE,
        HEARTBEAT,
        /** A logical message ({@code pg_logical_emit_message}), op m. */
        MESSAGE,
        /** A BEGIN or END marker of a source transaction. */
        TRANSACTION,
        /** A created row that {@code duet.transform} filters out. */
        FILTERED
    }
}
