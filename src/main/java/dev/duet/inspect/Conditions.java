package dev.duet.inspect;

import dev.duet.change.Column;
import dev.duet.change.Row;
import java.util.List;

/** Understands conditions over rows, in the grammar of docs/transforms.md's filters. */
public interface Conditions {
    /**
     * @param where the condition, empty for one that holds always
     * @param columns what the rows are made of
     * @throws IllegalArgumentException if the condition can't be understood; says where
     */
    Condition of(String where, List<Column> columns);

    /** A condition made for some columns. */
    interface Condition {
        /** Whether the condition is true for this row; unknown, as with null, is not. */
        boolean test(Row row);

        /** What any row for which the condition is true lies within. */
        List<Range> ranges();
    }

    /**
     * Bounds of a column of integers, or of a date in days since 1970-01-01.
     *
     * @param lowest included
     * @param highest included
     */
    record Range(String column, long lowest, long highest) {}
}
