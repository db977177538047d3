package dev.duet.inspect;

/**
 * What a check found.
 *
 * @param area what was looked at: source, target, topics, store, connector
 * @param what the thing in a few words
 * @param detail how it is
 * @param fix what to do, in one sentence; empty if all is well
 */
public record Finding(String area, String what, Level level, String detail, String fix) {
    /** How bad it is. */
    public enum Level {
        OK,
        /** It works, and will not always. */
        WARNING,
        /** Rows don't pass, or are lost. */
        FAILURE
    }

    public static Finding ok(String area, String what, String detail) {
        return new Finding(area, what, Level.OK, detail, "");
    }

    public static Finding warning(String area, String what, String detail, String fix) {
        return new Finding(area, what, Level.WARNING, detail, fix);
    }

    public static Finding failure(String area, String what, String detail, String fix) {
        return new Finding(area, what, Level.FAILURE, detail, fix);
    }
}
