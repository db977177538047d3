package dev.duet.transform;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;

/** What became of a change. Its texts never hold a value of a row. */
public sealed interface Outcome {
    /** Goes on, the same instance if nothing was to be done. */
    record Changed(RowChange change) implements Outcome {}

    /** The filter excludes the row, and no earlier change of it can be in a mirror. */
    record Filtered() implements Outcome {}

    /**
     * A value does not fit what the configuration asks of it: a record for the dead-letter topic.
     *
     * @param reason the key, the column and what was expected
     */
    record Unfitting(String reason) implements Outcome {}

    /**
     * The configuration does not fit the table, or can't be decided for this record: the table stops.
     *
     * @param reason what, why and what to do
     */
    record Stopped(TableId table, String reason) implements Outcome {}
}
