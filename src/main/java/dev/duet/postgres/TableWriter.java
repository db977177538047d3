package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.postgres.Target.Mirror;
import dev.duet.postgres.Target.Trail;
import dev.duet.postgres.Transactions.Flight;
import io.vertx.core.Future;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends the statements of one table in one write: truncate, deletes, upserts, then the trail. A key is in one delete or one upsert
 * only, so their order does not matter; the truncate comes first, because the rows after it in the stream are in the upsert.
 */
final class TableWriter {
    /** Bounds of one statement's parameters. Beyond some thousand rows a statement gets no faster, and both sides hold it in memory. */
    static final int MAX_ROWS = 20_000;

    static final long MAX_BYTES = 32L << 20;

    private static final BitSet ALL_BROUGHT = new BitSet();

    private final Flight flight;
    private final TableId table;
    private final String doing;
    private final Function<TableSchema, Target> targets;
    private final List<Future<RowSet<io.vertx.sqlclient.Row>>> missing = new ArrayList<>();

    TableWriter(Flight flight, TableId table, String where, Function<TableSchema, Target> targets) {
        this.flight = flight;
        this.table = table;
        this.doing = "writing " + where;
        this.targets = targets;
    }

    /** Rows that one statement takes: of one schema, deletes, or upserts that leave the same columns out. */
    private record Shape(TableSchema schema, boolean delete, BitSet unchanged) {}

    void mirror(List<RowChange> changes) {
        long floor = Long.MIN_VALUE;
        TableSchema truncated = null;
        for (RowChange change : changes) {
            if (change.op() == Op.TRUNCATE) {
                truncated = change.schema();
                floor = Math.max(floor, change.source().lsn());
            }
        }
        if (truncated != null) {
            Mirror mirror = mirrorOf(truncated);
            Floors.raise(flight, table, mirror.name, floor);
            flight.send(table, doing, mirror.truncate, Tuple.of(floor));
        }
        byShape(KeyReduction.lastOfEachKey(changes)).forEach((shape, rows) -> {
            for (List<RowChange> chunk : chunks(rows)) {
                sendMirror(shape, chunk);
            }
        });
    }

    private static Map<Shape, List<RowChange>> byShape(Collection<RowChange> changes) {
        Map<Shape, List<RowChange>> shapes = new LinkedHashMap<>();
        for (RowChange change : changes) {
            boolean delete = change.op() == Op.DELETE;
            Shape shape = new Shape(change.schema(), delete, delete ? ALL_BROUGHT : unchanged(change));
            shapes.computeIfAbsent(shape, s -> new ArrayList<>()).add(change);
        }
        return shapes;
    }

    private static BitSet unchanged(RowChange change) {
        if (!KeyReduction.hasUnchanged(change)) {
            return ALL_BROUGHT;
        }
        Row row = Objects.requireNonNull(change.row());
        BitSet unchanged = new BitSet(row.size());
        for (int i = 0; i < row.size(); i++) {
            unchanged.set(i, row.isUnchanged(i));
        }
        return unchanged;
    }

    private void sendMirror(Shape shape, List<RowChange> rows) {
        Mirror mirror = mirrorOf(shape.schema());
        if (shape.delete()) {
            flight.send(table, doing, mirror.delete, withKeys(Tuple.tuple(), shape.schema(), rows));
            return;
        }
        if (!shape.unchanged().isEmpty()) {
            Tuple tuple = withKeys(withName(mirror), shape.schema(), rows);
            missing.add(flight.ask(table, doing, mirror.missing, tuple));
        }
        Tuple tuple = withName(mirror);
        for (int column = 0; column < shape.schema().columns().size(); column++) {
            if (!shape.unchanged().get(column)) {
                tuple.addValue(column(shape.schema(), column, rows));
            }
        }
        tuple.addValue(longs(rows, change -> change.source().lsn()));
        tuple.addValue(longs(rows, change -> change.source().tsMillis()));
        flight.send(table, doing, mirror.upsert(shape.unchanged()), tuple);
    }

    private static Tuple withName(Mirror mirror) {
        return Tuple.tuple().addValue(mirror.name.schema()).addValue(mirror.name.table());
    }

    private static Tuple withKeys(Tuple tuple, TableSchema schema, List<RowChange> rows) {
        for (int column : schema.key()) {
            tuple.addValue(column(schema, column, rows));
        }
        return tuple.addValue(longs(rows, change -> change.source().lsn()));
    }

    /**
     * Looks at the answers when all have come.
     *
     * @throws TableStoppedException if an update left columns out and the mirror has no row to take them from: a null in their
     *     place would be invented
     */
    void check() {
        long rows = missing.stream()
                .mapToLong(answer -> answer.result().iterator().next().getLong(0))
                .sum();
        if (rows > 0) {
            throw new TableStoppedException(
                    table,
                    rows + " rows of the mirror are missing while " + doing
                            + ": changes came without their unchanged TOAST"
                            + " columns, for rows that the mirror does not hold (it began without a snapshot, or the key of a row"
                            + " with such columns was changed). Nothing of this batch was written. Copy these rows from the source"
                            + " into the mirror with __lsn 0, or take a snapshot of the table anew, then resume the table;"
                            + " REPLICA IDENTITY FULL in the source prevents it.");
        }
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

    private Mirror mirrorOf(TableSchema schema) {
        return Objects.requireNonNull(targets.apply(schema).mirror());
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
    private static @Nullable Object[] column(TableSchema schema, int column, List<RowChange> rows) {
        return ColumnBinding.array(schema.columns().get(column).type(), rows.size(), i -> {
            Row row = rows.get(i).row();
            return row == null || row.isUnchanged(column) ? null : row.get(column);
        });
    }

    private static Long[] longs(List<RowChange> rows, Function<RowChange, Long> value) {
        Long[] array = new Long[rows.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = value.apply(rows.get(i));
        }
        return array;
    }
}
