package dev.duet.verify;

import dev.duet.inspect.HashedTable;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.RowState;
import dev.duet.verify.Difference.Kind;
import dev.duet.verify.Difference.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the account of a row that differs. */
final class Differences {
    private Differences() {}

    /** Where values are asked for. */
    record Values(HashedTable expected, HashedTable found) {}

    /**
     * @param columns the compared columns
     * @param values null if no values are wanted
     */
    static Difference of(
            Side side,
            Kind kind,
            RowKey key,
            List<String> columns,
            @Nullable RowState expected,
            @Nullable RowState found,
            @Nullable Values values) {
        List<Integer> differing = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (expected != null
                    && found != null
                    && !Objects.equals(
                            expected.columns().get(i), found.columns().get(i))) {
                differing.add(i);
            }
        }
        return new Difference(
                side,
                kind,
                key,
                differing.stream().map(columns::get).toList(),
                values == null ? List.of() : valuesOf(values.expected(), key, differing),
                values == null ? List.of() : valuesOf(values.found(), key, differing));
    }

    private static List<@Nullable String> valuesOf(HashedTable table, RowKey key, List<Integer> columns) {
        RowState row = table.find(List.of(key), true).get(key);
        List<@Nullable String> values = new ArrayList<>();
        for (int column : columns) {
            values.add(row == null ? null : row.columns().get(column));
        }
        return values;
    }
}
