package dev.duet.postgres;

import dev.duet.change.RowChange;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A row's key as a map's key: equal when PostgreSQL's {@code =} says so for the types of {@link dev.duet.change.ColumnType}. */
final class RowKey {
    private RowKey() {}

    /** The key of the change's row; the change is no truncate. */
    static Object of(RowChange change) {
        List<Integer> key = change.schema().key();
        var row = Objects.requireNonNull(change.row());
        if (key.size() == 1) {
            return comparable(row.get(key.getFirst()));
        }
        Object[] values = new Object[key.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = comparable(row.get(key.get(i)));
        }
        return Arrays.asList(values);
    }

    private static Object comparable(@Nullable Object value) {
        return switch (value) {
            case null -> throw new IllegalStateException("a change without a value in its key");
            case BigDecimal number -> number.stripTrailingZeros();
            case byte[] bytes -> ByteBuffer.wrap(bytes);
            case Double number -> number + 0.0; // -0.0 and 0.0 are one key
            case Float number -> number + 0.0f;
            default -> value;
        };
    }
}
