package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The fields beside {@code before} and {@code after} that a plan wants as columns, as a transform of Connect leaves them there. Their
 * values are text; numbers and booleans are taken as they are written. A field that a record lacks is null.
 */
final class LiftedFields {
    private static final int NONE = -1;

    /** Values in the order of the plan's lifted columns; null as long as there are none. */
    private @Nullable Object @Nullable [] values;

    private int firstColumn = NONE;

    void clear() {
        values = null;
        firstColumn = NONE;
    }

    /** Takes the field's value at the parser's token if the plan wants it, else steps over it. */
    void read(JsonParser parser, @Nullable RowPlan plan, String name) throws IOException, Unreadable {
        int column = plan == null ? NONE : plan.liftedColumn(name);
        if (plan == null || column == NONE) {
            parser.skipChildren();
            return;
        }
        JsonToken token = parser.currentToken();
        if (!token.isScalarValue()) {
            throw Unreadable.malformed(Unreadable.shown(name)
                    + ": expected a text, a number or a boolean, since it is lifted into the row");
        }
        @Nullable Object[] found = values;
        if (found == null) {
            firstColumn = plan.size();
            found = new @Nullable Object[plan.width() - firstColumn];
            values = found;
        }
        if (found[column - firstColumn] != null) {
            throw Unreadable.malformed(Unreadable.shown(name) + ": expected only once");
        }
        found[column - firstColumn] = token == JsonToken.VALUE_NULL ? null : parser.getText();
    }

    void moveInto(@Nullable Object @Nullable [] row) {
        @Nullable Object[] found = values;
        if (found != null && row != null) {
            System.arraycopy(found, 0, row, firstColumn, found.length);
        }
    }
}
