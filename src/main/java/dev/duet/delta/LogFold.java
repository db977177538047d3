package dev.duet.delta;

import dev.duet.change.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes of changes the rows that they lead to. The rules are the mirror's (docs/decisions/5-order.md): the changes of a key are applied in
 * the order of their partition's offsets; one whose order is below the row's LSN is stale, unless the source committed it later than the row
 * (its LSNs have begun anew). The order is the LSN; beside the snapshot rows of the key it is that of the stream.
 */
final class LogFold {
    /** How far a clock may have been set back before a lower LSN counts as a new beginning: the mirror's default. */
    private static final long TOLERANCE_MILLIS = 1000;

    /**
     * A change as the log has it.
     *
     * @param values of the source's columns
     * @param unchanged the names of those that the source did not send
     */
    record Change(
            String op,
            long lsn,
            long tsMillis,
            String topic,
            int partition,
            long offset,
            List<?> unchanged,
            @Nullable Object[] values) {}

    private static final Comparator<Change> STREAM = Comparator.comparing(Change::topic)
            .thenComparingInt(Change::partition)
            .thenComparingLong(Change::offset);

    private final List<String> columns;
    private final int[] key;
    private final boolean madeAgain;
    private final Map<List<@Nullable Object>, List<Change>> changes = new LinkedHashMap<>();
    private long incomplete;

    /**
     * @param columns the source's columns
     * @param key the indexes of the key's columns
     * @param madeAgain whether offsets have begun anew in some partition: they order nothing then
     */
    LogFold(List<String> columns, int[] key, boolean madeAgain) {
        this.columns = columns;
        this.key = key;
        this.madeAgain = madeAgain;
    }

    List<@Nullable Object> keyOf(@Nullable Object[] values) {
        List<@Nullable Object> of = new ArrayList<>(key.length);
        for (int column : key) {
            of.add(values[column] instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : values[column]);
        }
        return of;
    }

    void add(Change change) {
        changes.computeIfAbsent(keyOf(change.values()), k -> new ArrayList<>(2)).add(change);
    }

    /**
     * Gives the rows, and forgets the changes.
     *
     * @return how many of the rows have a value that is not known
     */
    long rows(List<Change> truncates, Consumer<Row> to) {
        incomplete = 0;
        for (List<Change> of : changes.values()) {
            State row = fold(of);
            if (row != null && row.live && !isTruncated(row, truncates)) {
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
        private boolean read;
        private long lsn;
        private long tsMillis;
        private @Nullable Object[] values = new @Nullable Object[0];
    }

    private record Horizon(long snapshotLsn, long maxLsn) {}

    private @Nullable State fold(List<Change> of) {
        of.sort(madeAgain ? Comparator.comparingLong(Change::tsMillis).thenComparing(STREAM) : STREAM);
        Map<String, Horizon> horizons = new HashMap<>();
        State row = null;
        for (Change change : of) {
            boolean read = change.op().equals("r");
            Horizon horizon = horizons.getOrDefault(
                    change.topic() + "-" + change.partition(), new Horizon(Long.MIN_VALUE, Long.MIN_VALUE));
            long order = Math.max(change.lsn(), read ? horizon.maxLsn() : horizon.snapshotLsn());
            horizons.put(
                    change.topic() + "-" + change.partition(),
                    new Horizon(
                            read ? Math.max(horizon.snapshotLsn(), change.lsn()) : horizon.snapshotLsn(),
                            Math.max(horizon.maxLsn(), change.lsn())));
            if (row == null) {
                row = new State();
            } else if (order < row.lsn && change.tsMillis() <= row.tsMillis + TOLERANCE_MILLIS) {
                continue;
            }
            apply(change, row);
        }
        return row;
    }

    private void apply(Change change, State row) {
        boolean delete = change.op().equals("d");
        @Nullable Object[] values = change.values();
        boolean incomplete = false;
        if (!delete && !change.unchanged().isEmpty()) {
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
        row.live = !delete;
        row.read = change.op().equals("r");
        row.lsn = change.lsn();
        row.tsMillis = change.tsMillis();
    }

    /** A truncate takes the rows that are older by LSN; a snapshot row that was read after it stays, and one of a new beginning. */
    private static boolean isTruncated(State row, List<Change> truncates) {
        return truncates.stream()
                .anyMatch(truncate -> row.lsn < truncate.lsn()
                        && row.tsMillis <= truncate.tsMillis() + (row.read ? 0 : TOLERANCE_MILLIS));
    }
}
