package dev.duet.delta;

import dev.duet.inspect.NotFoundException;
import dev.duet.order.ClockTolerance;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.types.StructField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The source's rows as one version of the log leads to them. The keys are divided by their hash into as many parts as it takes for one part's
 * changes to fit into memory, and the log is read once for each: nothing is written to a disk. A key with very many changes is one part's
 * alone, however many they are.
 */
final class CurrentRows {
    private final Engine engine;
    private final Snapshot snapshot;
    private final long partRows;
    private final List<String> key;
    private final ClockTolerance tolerance;
    private final List<StructField> columns;
    private final List<StructField> all;

    /** @param partRows how many changes one part may have, about */
    CurrentRows(Engine engine, Snapshot snapshot, List<String> key, ClockTolerance tolerance, long partRows) {
        this.engine = engine;
        this.snapshot = snapshot;
        this.key = key;
        this.tolerance = tolerance;
        this.partRows = Math.max(1, partRows);
        this.columns = LogValues.readable(snapshot.getSchema()).stream()
                .filter(field -> !LogValues.isAdded(field.getName()))
                .toList();
        this.all = new ArrayList<>(columns);
        for (AddedColumn added : List.of(
                AddedColumn.OP,
                AddedColumn.LSN,
                AddedColumn.SOURCE_TS_MS,
                AddedColumn.TOPIC,
                AddedColumn.PARTITION,
                AddedColumn.OFFSET,
                AddedColumn.UNCHANGED)) {
            all.add(snapshot.getSchema().get(added.columnName()));
        }
        if (snapshot.getSchema().indexOf(AddedColumn.LATE.columnName()) >= 0) {
            all.add(snapshot.getSchema().get(AddedColumn.LATE.columnName()));
        }
    }

    /** Whether offsets of this log have begun anew, since a topic was made again: its positions tell. */
    static boolean madeAgain(Snapshot snapshot) {
        return ((SnapshotImpl) snapshot)
                .getActiveDomainMetadataMap().values().stream()
                        .anyMatch(domain -> domain.getConfiguration().contains("\"generation\""));
    }

    /** The source's columns. */
    List<StructField> fields() {
        return columns;
    }

    /**
     * Gives the rows until no more are wanted.
     *
     * @return how many of them have a value that is not known
     */
    long read(Predicate<dev.duet.change.Row> to) throws IOException {
        List<String> names = columns.stream().map(StructField::getName).toList();
        int[] indexes = key.stream().mapToInt(names::indexOf).toArray();
        for (int i = 0; i < indexes.length; i++) {
            if (indexes[i] < 0) {
                throw new NotFoundException("the log has no column " + key.get(i) + ", which the key names");
            }
        }
        LogScan scan = new LogScan(engine, snapshot, all, List.of());
        List<Row> files = scan.files();
        long parts = 1 + LogScan.rows(files, partRows) / partRows;
        Part part = new Part(new LogFold(names, indexes, madeAgain(snapshot), tolerance), parts, to);
        long incomplete = 0;
        for (part.number = 0; part.number < parts && part.more; part.number++) {
            for (Row file : files) {
                boolean unused = scan.read(file, part::take);
            }
            incomplete += part.fold.rows(part::give);
        }
        return incomplete;
    }

    private final class Part {
        private final LogFold fold;
        private final long parts;
        private final Predicate<dev.duet.change.Row> to;
        private final Map<String, Integer> partitions = new HashMap<>();
        private long number;
        private boolean more = true;

        Part(LogFold fold, long parts, Predicate<dev.duet.change.Row> to) {
            this.fold = fold;
            this.parts = parts;
            this.to = to;
        }

        boolean take(@Nullable Object[] values) {
            LogFold.Change change = change(values);
            if (change.op().equals("t")
                    || Math.floorMod(spread(fold.keyOf(change.values()).hashCode()), parts) == number) {
                fold.add(change);
            }
            return true;
        }

        /** Of whole numbers, whose hash they are themselves, neighbours would share a part. */
        private static long spread(int hash) {
            return (hash * 0x9E3779B97F4A7C15L) >>> 16;
        }

        void give(dev.duet.change.Row row) {
            more = more && to.test(row);
        }

        private LogFold.Change change(@Nullable Object[] values) {
            int at = columns.size();
            @Nullable Object[] row = new @Nullable Object[at];
            System.arraycopy(values, 0, row, 0, at);
            return new LogFold.Change(
                    String.valueOf(values[at]),
                    number(values[at + 1]),
                    number(values[at + 2]),
                    partitions.computeIfAbsent(values[at + 3] + "-" + values[at + 4], partition -> partitions.size()),
                    number(values[at + 5]),
                    values.length > at + 7 && Boolean.TRUE.equals(values[at + 7]),
                    values[at + 6] instanceof List<?> names ? names : List.of(),
                    row);
        }

        private static long number(@Nullable Object value) {
            return value instanceof Number number ? number.longValue() : 0;
        }
    }
}
