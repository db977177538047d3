package dev.duet.transform;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import org.jspecify.annotations.Nullable;

/**
 * A column of the result and where its values come from.
 *
 * @param column its name and type
 * @param source the index in the decoded row, {@link #CONSTANT} if it has none
 * @param step what the value goes through, null if it stays as it is
 * @param constant the value if there is no source
 * @param keyPosition its place in the primary key, -1 if it is no part of it
 */
record Cell(
        Column column,
        int source,
        @Nullable Step step,
        @Nullable Object constant,
        int keyPosition) {
    static final int CONSTANT = -1;

    static Cell constant(String name, String text) {
        return new Cell(new Column(name, new ColumnType.Text(0)), CONSTANT, null, text, -1);
    }

    boolean isKey() {
        return keyPosition >= 0;
    }

    Cell renamed(String name) {
        return new Cell(new Column(name, column.type(), column.defaultValue()), source, step, constant, keyPosition);
    }

    /** With a further step, which leaves values of this type. */
    Cell through(Step next, ColumnType type) {
        return new Cell(
                new Column(column.name(), type, defaultThrough(next)),
                source,
                step == null ? next : step.then(next),
                constant,
                keyPosition);
    }

    private @Nullable Object defaultThrough(Step next) {
        Object value = column.defaultValue();
        if (value == null || value == Column.UNKNOWN_DEFAULT) {
            return value;
        }
        try {
            return next.apply(value);
        } catch (Unfit e) {
            return Column.UNKNOWN_DEFAULT;
        }
    }

    /** The value for this row: null, {@link Row#UNCHANGED} or of the column's class. */
    @Nullable
    Object of(Row row) throws Unfit {
        Object value = source == CONSTANT ? constant : row.get(source);
        if (step == null || value == null || value == Row.UNCHANGED) {
            return value;
        }
        return step.apply(value);
    }
}
