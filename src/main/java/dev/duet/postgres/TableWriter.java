package dev.duet.postgres;

import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.postgres.Target.Trail;
import dev.duet.postgres.Transactions.Flight;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends the statements of one table's trail in one write; cuts rows into statements and columns into parameters. */
final class TableWriter {
    /** Bounds of one statement's parameters. Beyond some thousand rows a statement gets no faster, and both sides hold it in memory. */
    static final int MAX_ROWS = 20_000;

    static final long MAX_BYTES = 32L << 20;

    private final Flight flight;
    private final TableId table;
    private final String doing;
    private final Function<TableSchema, Target> targets;

    TableWriter(Flight flight, TableId table, String where, Function<TableSchema, Target> targets) {
        this.flight = flight;
        this.table = table;
        this.doing = "writing " + where;
        this.targets = targets;
    }

    void trail(List<RowChange> changes) {
        Map<TableSchema, List<RowChange>> bySchema = new LinkedHashMap<>();
        changes.forEach(change -> bySchema.computeIfAbsent(change.schema(), s -> new ArrayList<>())
                .add(change));
        bySchema.forEach((schema, rows) -> {
            Trail trail = Objects.requireNonNull(targets.apply(schema).trail());
            for (List<RowChange> chunk : chunks(rows)) {
                Tuple tuple = Tuple.tuple();
                for (int column = 0; column < schema.columns().size(); column++) {
                    tuple.addValue(column(schema, column, chunk));
                }
                tuple.addValue(chunk.stream().map(change -> change.op().code()).toArray(String[]::new));
                tuple.addValue(longs(chunk, change -> change.source().lsn()));
                tuple.addValue(longs(chunk, change -> change.source().txId()));
                tuple.addValue(longs(chunk, change -> change.source().tsMillis()));
                tuple.addValue(
                        chunk.stream().map(change -> change.partition().topic()).toArray(String[]::new));
                tuple.addValue(chunk.stream()
                        .map(change -> change.partition().partition())
                        .toArray(Integer[]::new));
                tuple.addValue(longs(chunk, RowChange::offset));
                flight.send(table, doing, trail.append(), tuple);
            }
        });
    }

    /** Cuts at {@link #MAX_ROWS} rows and about {@link #MAX_BYTES}. */
    static List<List<RowChange>> chunks(List<RowChange> rows) {
        List<List<RowChange>> chunks = new ArrayList<>();
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < rows.size(); i++) {
            bytes += rows.get(i).bytes();
            if (i > from && (i - from == MAX_ROWS || bytes > MAX_BYTES)) {
                chunks.add(rows.subList(from, i));
                from = i;
                bytes = rows.get(i).bytes();
            }
        }
        if (from < rows.size()) {
            chunks.add(rows.subList(from, rows.size()));
        }
        return chunks;
    }

    /** What a truncate has no row for, and what TOAST left out, is null: nothing is invented. */
    static @Nullable Object[] column(TableSchema schema, int column, List<RowChange> rows) {
        return ColumnBinding.array(schema.columns().get(column).type(), rows.size(), i -> {
            Row row = rows.get(i).row();
            return row == null || row.isUnchanged(column) ? null : row.get(column);
        });
    }

    static Long[] longs(List<RowChange> rows, Function<RowChange, Long> value) {
        Long[] array = new Long[rows.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = value.apply(rows.get(i));
        }
        return array;
    }
}
