package dev.duet.inspect;

import java.util.List;

/**
 * A primary key.
 *
 * @param values the columns' values in key order, as text that PostgreSQL reads as the column's type, in one form for equal values
 */
public record RowKey(List<String> values) {
    public RowKey {
        values = List.copyOf(values);
    }
}
