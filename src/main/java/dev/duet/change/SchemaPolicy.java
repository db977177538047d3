package dev.duet.change;

/**
 * What is done by itself when a source table is no longer as its targets are. What is not done by itself stops the table, and the
 * error says what lets it go on.
 *
 * @param addsColumns whether columns that the target lacks are added to it
 * @param widensColumns whether a column of the target gets the source's type, if that holds all values of its own
 * @param keepsDropped whether the table goes on when the source has dropped a column: the target's stays and is null from then on
 * @param keepsWider whether the table goes on when the source has narrowed a column: the target's stays as wide as it is
 */
public record SchemaPolicy(boolean addsColumns, boolean widensColumns, boolean keepsDropped, boolean keepsWider) {
    /** Everything that loses nothing is done. */
    public static final SchemaPolicy DEFAULT = new SchemaPolicy(true, true, true, true);

    /** The policy for each source table. */
    public interface ByTable {
        SchemaPolicy of(TableId source);
    }
}
