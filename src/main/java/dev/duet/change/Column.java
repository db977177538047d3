package dev.duet.change;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A column of a source table.
 *
 * @param name the source's name, unquoted, case kept
 * @param type the type of its values
 * @param defaultValue what rows got that were there before the column, as a {@link Row} would hold it; null for SQL's null and if the
 *     stream does not tell, or {@link #UNKNOWN_DEFAULT}. It matters only where a column is added to a target
 */
public record Column(String name, ColumnType type, @Nullable Object defaultValue) {
    /**
     * Stands for a default that the stream tells wrongly: rows that were there before the column have values that only the source knows
     * (now(), a sequence).
     */
    public static final Object UNKNOWN_DEFAULT = new Object() {
        @Override
        public String toString() {
            return "UNKNOWN_DEFAULT";
        }
    };

    /** A column without a known default. */
    public Column(String name, ColumnType type) {
        this(name, type, null);
    }

    /** Whether values of the other column mean the same in this one: name and type are the same. */
    public boolean holdsAs(Column other) {
        return name.equals(other.name) && type.equals(other.type);
    }

    /** The default may be an array of bytes. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Column that
                && name.equals(that.name)
                && type.equals(that.type)
                && Objects.deepEquals(defaultValue, that.defaultValue);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + type.hashCode();
    }

    /** Without the default: it is a value of the source's. */
    @Override
    public String toString() {
        return name + " " + TypeText.show(type);
    }
}
