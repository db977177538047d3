package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.Row;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the columns of {@code after} or {@code before} by a plan. */
final class RowReader {
    private static final Object MISSING = new Object();
    private static final int BYTES_PER_ITEM = 20;

    private final String unavailable;
    private int bytes;

    /** @param unavailable what stands for a value that the source did not send */
    RowReader(String unavailable) {
        this.unavailable = unavailable;
    }

    /** The size of the texts and bytes in the row last read. */
    int bytes() {
        return bytes;
    }

    /**
     * Reads the object at the parser's current token.
     *
     * @return one value for each column of the plan
     * @throws BadValue if the object's fields are not the plan's columns, or a value is not of its column's type
     */
    @Nullable
    Object[] read(JsonParser json, RowPlan plan, String field) throws IOException, BadValue {
        int size = plan.size();
        @Nullable Object[] values = new @Nullable Object[plan.width()];
        Arrays.fill(values, 0, size, MISSING);
        bytes = 0;
        int found = 0;
        int next = 0;
        while (true) {
            int column;
            // The next field is nearly always the next column; this compares its bytes without looking it up.
            if (next < size && json.nextFieldName(plan.name(next))) {
                column = once(next, plan, field, values);
            } else if ((next < size ? json.currentToken() : json.nextToken()) == JsonToken.END_OBJECT) {
                break;
            } else {
                column = once(columnOf(json.currentName(), plan, field), plan, field, values);
            }
            JsonToken token = json.nextToken();
            values[column] = token == JsonToken.VALUE_NULL ? null : value(json, plan, column, field);
            next = column + 1;
            found++;
        }
        if (found < size) {
            throw missing(plan, field, values);
        }
        return values;
    }

    private Object value(JsonParser json, RowPlan plan, int column, String field) throws IOException, BadValue {
        try {
            Object value = plan.reader(column).read(json);
            bytes += size(value);
            return value;
        } catch (BadValue e) {
            // Columns of other types than text can be left out as well (a long numeric is toasted too).
            if (json.currentToken() == JsonToken.VALUE_STRING && json.getText().equals(unavailable)) {
                return Row.UNCHANGED;
            }
            throw new BadValue(field + "." + Unreadable.shown(plan.name(column).getValue()) + ": " + e.getMessage());
        }
    }

    /** The size beyond what each column is reckoned with anyway. */
    private static int size(Object value) {
        return switch (value) {
            case String text -> text.length();
            case byte[] array -> array.length;
            case List<?> items -> {
                int sum = 0;
                for (Object item : items) {
                    sum += BYTES_PER_ITEM + (item == null ? 0 : size(item));
                }
                yield sum;
            }
            default -> 0;
        };
    }

    private static int columnOf(String name, RowPlan plan, String field) throws BadValue {
        int column = plan.indexOf(name);
        if (column < 0) {
            throw new BadValue(field + "." + Unreadable.shown(name) + ": expected no such field");
        }
        return column;
    }

    private static int once(int column, RowPlan plan, String field, @Nullable Object[] values) throws BadValue {
        if (values[column] != MISSING) {
            throw new BadValue(field + "." + Unreadable.shown(plan.name(column).getValue()) + ": expected only once");
        }
        return column;
    }

    private static BadValue missing(RowPlan plan, String field, @Nullable Object[] values) {
        int column = Arrays.asList(values).indexOf(MISSING);
        return new BadValue(field + ": expected the column '"
                + Unreadable.shown(plan.name(column).getValue()) + "'");
    }
}
