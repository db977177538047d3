package dev.duet.delta;

/** What stands in the log for a value that an update left alone and the source did not send. */
public enum UnchangedForm {
    /** Null, and the column's name in {@code __unchanged}. */
    LISTED,
    /** The mirror's value where it is known. */
    MIRROR
}
