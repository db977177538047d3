package dev.duet.change;

import org.jspecify.annotations.Nullable;

/**
 * The values of one row, in the order of its schema's columns and of the classes that {@link ColumnType} names.
 *
 * <p>Its text form never shows a value: rows end up in errors and logs more easily than one thinks.
 */
public final class Row {
    /** Stands for a value that the source did not send because the update left it alone (an unchanged TOAST column). */
    public static final Object UNCHANGED = new Object() {
        @Override
        public String toString() {
            return "UNCHANGED";
        }
    };

    private final @Nullable Object[] values;

    private Row(@Nullable Object[] values) {
        this.values = values;
    }

    /** A row that takes over the array: the caller must not change it afterwards. */
    public static Row of(@Nullable Object... values) {
        return new Row(values);
    }

    /** The value of the column at this index, null for SQL's null, or {@link #UNCHANGED}. */
    public @Nullable Object get(int column) {
        return values[column];
    }

    public boolean isUnchanged(int column) {
        return values[column] == UNCHANGED;
    }

    public int size() {
        return values.length;
    }

    @Override
    public String toString() {
        return "Row of " + values.length + " columns";
    }
}
