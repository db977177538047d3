package dev.duet.transform;

import dev.duet.change.ColumnType;

/** Values from their texts, for those who read files: as casts read them. */
public final class Texts {
    private Texts() {}

    /**
     * The value of this type that the text stands for, exactly.
     *
     * @throws IllegalArgumentException if it stands for none; says what was expected, without the text
     */
    public static Object value(ColumnType type, String text) {
        try {
            return TextValue.of(type, text);
        } catch (Unfit e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }
}
