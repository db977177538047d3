package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.ValueText;
import java.util.function.Function;

/** Hides values behind a fixed text, or all but their last characters. What is null stays null: that is no secret here. */
final class Mask {
    static final ColumnType TYPE = new ColumnType.Text(0);

    private static final String HIDDEN = "****";

    private Mask() {}

    static Step fixed(String text) {
        return value -> text;
    }

    /**
     * Four stars and the last characters; four stars alone for a text of less than twice as many, which would hardly be hidden. The
     * number of stars does not tell the length.
     */
    static Step butLast(ColumnType type, int shown) {
        Function<Object, String> text = ValueText.of(type);
        return value -> {
            String whole = text.apply(value);
            int length = whole.codePointCount(0, whole.length());
            return length < 2 * shown
                    ? HIDDEN
                    : HIDDEN + whole.substring(whole.offsetByCodePoints(whole.length(), -shown));
        };
    }
}
