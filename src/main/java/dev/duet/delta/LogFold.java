package dev.duet.delta;

import dev.duet.change.Row;
import dev.duet.order.ClockTolerance;
import dev.duet.order.KeyChanges;
import dev.duet.order.Truncates;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes of changes the rows that they lead to. Which change counts is the mirror's rule ({@link KeyChanges}). */
final class LogFold {
    /**
     * A change as the log has it.
     *
     * @param partition a number for the topic-partition
     * @param late whether it is a dead letter that was sent again
     * @param unchanged the names of the columns that the source did not send
     * @param values of the source's columns
     */
    record Change(
            String op,
            long lsn,
            long tsMillis,
            int partition,
            long offset,
            boolean late,
            List<?> unchanged,
            @Nullable Object[] values)
            implements KeyChanges.Change {
        @Override
        public boolean isRead() {
            return op.equals("r");
        }

        @Override
        public boolean isDelete() {
            return op.equals("d");
        }

        @Override
        public boolean bringsAllOf(KeyChanges.Change other) {
            return isDelete()
                    || unchanged.isEmpty()
                    || (!other.isDelete() && ((Change) other).unchanged.containsAll(unchanged));
        }
    }

    private final List<String> columns;
    private final int[] key;
    private final boolean madeAgain;
    private final ClockTolerance tolerance;
    private final Truncates truncates;
    private final Map<List<@Nullable Object>, KeyChanges<Change>> changes = new LinkedHashMap<>();

    /**
     * @param columns the source's columns
     * @param key the indexes of the key's columns
     * @param madeAgain whether offsets have begun anew in some partition: they order nothing then
     */
    LogFold(List<String> columns, int[] key, boolean madeAgain, ClockTolerance tolerance) {
        this.columns = columns;
        this.key = key;
        this.madeAgain = madeAgain;
        this.tolerance = tolerance;
        this.truncates = new Truncates(tolerance, madeAgain);
    }

    List<@Nullable Object> keyOf(@Nullable Object[] values) {
        List<@Nullable Object> of = new ArrayList<>(key.length);
        for (int column : key) {
            of.add(values[column] instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : values[column]);
        }
        return of;
    }

    void add(Change change) {
        if (change.op().equals("t")) {
            truncates.add(change.lsn(), change.tsMillis(), change.partition(), change.offset());
        } else {
            changes.computeIfAbsent(keyOf(change.values()), k -> new KeyChanges<>(madeAgain))
                    .add(change);
        }
    }

    /**
     * Gives the rows, and forgets the changes but for truncates.
     *
     * @return how many of the rows have a value that is not known
     */
    long rows(Consumer<Row> to) {
        long incomplete = 0;
        for (KeyChanges<Change> ofKey : changes.values()) {
            State row = new State();
            ofKey.counting(truncates, tolerance).forEach(change -> apply(change, row));
            if (row.live) {
                incomplete += row.incomplete ? 1 : 0;
                to.accept(Row.of(row.values));
            }
        }
        changes.clear();
        return incomplete;
    }

    private static final class State {
        private boolean live;
        private boolean incomplete;
        private @Nullable Object[] values = new @Nullable Object[0];
    }

    private void apply(Change change, State row) {
        @Nullable Object[] values = change.values();
        boolean incomplete = false;
        if (!change.isDelete() && !change.unchanged().isEmpty()) {
            values = values.clone();
            for (Object name : change.unchanged()) {
                int column = columns.indexOf(String.valueOf(name));
                if (column >= 0) {
                    values[column] = row.live ? row.values[column] : null;
                    incomplete |= !row.live || row.incomplete;
                }
            }
        }
        row.values = values;
        row.incomplete = incomplete;
        row.live = !change.isDelete();
    }
}
