package dev.duet.verify;

import dev.duet.inspect.RowKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row that differs, and stays different.
 *
 * @param side the copy that differs: the mirror from the source, or Delta from the mirror
 * @param columns the names of the columns that differ, empty if they are not known
 * @param expected the values of these columns where they are right, if they were asked for
 * @param found the values in the copy
 */
public record Difference(
        Side side,
        Kind kind,
        RowKey key,
        List<String> columns,
        List<@Nullable String> expected,
        List<@Nullable String> found) {
    /** The copy that differs. */
    public enum Side {
        MIRROR,
        DELTA
    }

    /** How it differs. */
    public enum Kind {
        MISSING,
        EXTRA,
        DIFFERENT
    }
}
