package dev.duet.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where rows go that are read for people. Called by one thread; columns first, once. */
public interface Rows {
    void columns(List<LogColumn> columns);

    /**
     * The next row.
     *
     * @param values in the order of the columns, each as text (as PostgreSQL would write it in UTC, arrays as JSON), null for SQL's null
     * @return false if no more rows are wanted
     */
    boolean row(List<@Nullable String> values);
}
