package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.order.ClockTolerance;
import dev.duet.postgres.Target.Mirror;
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
import java.util.Set;
import java.util.function.Function;

/**
 * Sends the statements that bring one table's mirror up to date in one write: truncate, deletes, upserts. A key is in one delete or one
 * upsert only, so their order does not matter; the truncate comes first, because the rows after it in the stream are in the upsert.
 */
final class MirrorWriter {
    private static final BitSet ALL_BROUGHT = new BitSet();

    private final Flight flight;
    private final TableId table;
    private final String doing;
    private final Function<TableSchema, Target> targets;
    private final List<RowChange> changes;
    private final Orders orders;
    private final ClockTolerance tolerance;
    private final Disorder disorder;
    private final List<Sent> sent = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final Map<RowChange, Future<RowSet<io.vertx.sqlclient.Row>>> truncates = new LinkedHashMap<>();
    private final List<Future<RowSet<io.vertx.sqlclient.Row>>> missing = new ArrayList<>();

    /** @param changes of the table, for each partition in the order of its offsets */
    MirrorWriter(
            Flight flight,
            BatchPlan plan,
            TableId table,
            Function<TableSchema, Target> targets,
            ClockTolerance tolerance) {
        this.flight = flight;
        this.table = table;
        this.doing = "writing " + plan.where(table);
        this.targets = targets;
        this.changes = plan.changes().getOrDefault(table, List.of());
        this.orders = plan.orders();
        this.tolerance = tolerance;
        this.disorder = new Disorder(tolerance);
    }

    /**
     * Rows that one statement takes: of one schema, deletes, or upserts that leave the same columns out.
     *
     * @param nulled the mirror's columns that the source had dropped by then
     * @param read whether they are a snapshot's
     * @param order what their order is raised to, 0 if it is their LSN
     */
    private record Shape(
            TableSchema schema, boolean delete, BitSet unchanged, List<String> nulled, boolean read, long order) {}

    private record Sent(Shape shape, List<RowChange> rows, Future<RowSet<io.vertx.sqlclient.Row>> answer) {}

    private record Asked(List<RowChange> rows, Future<RowSet<io.vertx.sqlclient.Row>> answer) {}

    void send() {
        truncate();
        byShape(KeyReduction.lastOfEachKey(changes, orders, disorder)).forEach((shape, rows) -> {
            for (List<RowChange> chunk : TableWriter.chunks(rows)) {
                sendRows(shape, chunk);
            }
        });
        changes.stream()
                .filter(change -> change.op() == Op.TRUNCATE)
                .forEach(change -> truncates.put(change, askForTruncate(change)));
    }

    private void truncate() {
        RowChange last = null;
        for (RowChange change : changes) {
            if (change.op() == Op.TRUNCATE && (last == null || orders.lsn(change) >= orders.lsn(last))) {
                last = change;
            }
        }
        if (last != null) {
            Mirror mirror = mirrorOf(last.schema());
            long floor = orders.lsn(last);
            Floors.raise(flight, table, mirror.name, floor, last.source().tsMillis());
            flight.send(table, doing, mirror.truncate, Tuple.of(floor));
        }
    }

    private Map<Shape, List<RowChange>> byShape(Collection<RowChange> reduced) {
        Map<Shape, List<RowChange>> shapes = new LinkedHashMap<>();
        for (RowChange change : reduced) {
            boolean delete = change.op() == Op.DELETE;
            Shape shape = new Shape(
                    change.schema(),
                    delete,
                    delete ? ALL_BROUGHT : unchanged(change),
                    delete ? List.of() : nulled(change),
                    change.op() == Op.READ,
                    orders.raised(change));
            shapes.computeIfAbsent(shape, s -> new ArrayList<>()).add(change);
        }
        return shapes;
    }

    /** @throws SchemaBoundary if the change is not to be written, because the source has changed before it */
    private List<String> nulled(RowChange change) {
        Mirror mirror = mirrorOf(change.schema());
        TableStoppedException refusal = mirror.refusalAt(orders.lsn(change));
        if (refusal != null) {
            throw new SchemaBoundary(
                    refusal,
                    other -> other.schema().equals(change.schema()) && mirror.refusalAt(orders.lsn(other)) != null);
        }
        return mirror.nulledAt(orders.lsn(change));
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

    private void sendRows(Shape shape, List<RowChange> rows) {
        Mirror mirror = mirrorOf(shape.schema());
        if (shape.delete()) {
            Tuple tuple = withKeys(Tuple.tuple().addValue(shape.order()), shape.schema(), rows);
            sent.add(new Sent(shape, rows, flight.ask(table, doing, mirror.delete, tuple)));
            return;
        }
        if (!shape.unchanged().isEmpty()) {
            Tuple tuple = withKeys(withName(mirror), shape.schema(), rows);
            missing.add(flight.ask(table, doing, mirror.missing, tuple));
        }
        Tuple tuple = withName(mirror).addValue(shape.order()).addValue(shape.read());
        for (int column = 0; column < shape.schema().columns().size(); column++) {
            if (!shape.unchanged().get(column)) {
                tuple.addValue(TableWriter.column(shape.schema(), column, rows));
            }
        }
        tuple.addValue(TableWriter.longs(rows, orders::lsn));
        tuple.addValue(TableWriter.longs(rows, change -> change.source().tsMillis()));
        sent.add(new Sent(
                shape, rows, flight.ask(table, doing, mirror.upsert(shape.unchanged(), shape.nulled()), tuple)));
    }

    private static Tuple withName(Mirror mirror) {
        return Tuple.tuple().addValue(mirror.name.schema()).addValue(mirror.name.table());
    }

    private Tuple withKeys(Tuple tuple, TableSchema schema, List<RowChange> rows) {
        for (int column : schema.key()) {
            tuple.addValue(TableWriter.column(schema, column, rows));
        }
        return tuple.addValue(TableWriter.longs(rows, orders::lsn));
    }

    private Future<RowSet<io.vertx.sqlclient.Row>> askForTruncate(RowChange change) {
        Mirror mirror = mirrorOf(change.schema());
        Tuple tuple = withName(mirror)
                .addValue(orders.lsn(change))
                .addValue(change.source().tsMillis())
                .addValue(tolerance.millis());
        return flight.ask(table, doing, mirror.disorderedTruncate, tuple);
    }

    /**
     * Some rows were stale, or not there to be deleted: asks whether the mirror's are newer by the clock too.
     *
     * @param unsettled the mirrors whose keys may have changed their partition: of these the deletes are remembered, and rows that
     *     older changes have brought back are removed
     */
    void sendMore(Flight more, Set<TargetName> unsettled) {
        for (Sent statement : sent) {
            settle(more, statement, unsettled);
            List<RowChange> rows = statement.rows();
            if (statement.answer().result().rowCount() < rows.size()) {
                Shape shape = statement.shape();
                Mirror mirror = mirrorOf(shape.schema());
                Tuple tuple = withKeys(
                                withName(mirror)
                                        .addValue(shape.order())
                                        .addValue(shape.read())
                                        .addValue(tolerance.millis()),
                                shape.schema(),
                                rows)
                        .addValue(TableWriter.longs(
                                rows, change -> change.source().tsMillis()));
                asked.add(new Asked(rows, more.ask(table, doing, mirror.disorder, tuple)));
            }
        }
    }

    private void settle(Flight more, Sent statement, Set<TargetName> unsettled) {
        Shape shape = statement.shape();
        Mirror mirror = mirrorOf(shape.schema());
        if (!unsettled.contains(mirror.name)) {
            return;
        }
        if (shape.delete()) {
            more.send(
                    table, doing, mirror.rememberDeleted, withKeys(withName(mirror), shape.schema(), statement.rows()));
        } else {
            // A letter that was sent again came after the delete, whatever its LSN (Precedence.forgets).
            List<RowChange> rows = statement.rows().stream()
                    .filter(change -> !change.source().late())
                    .toList();
            Tuple tuple = withName(mirror).addValue(shape.order());
            more.send(table, doing, mirror.removeReturned, withKeys(tuple, shape.schema(), rows));
        }
    }

    /**
     * Looks at the answers when all have come.
     *
     * @throws BrokenOrder if the source's LSNs and its clock disagree
     * @throws TableStoppedException if an update left columns out and the mirror has no row to take them from: a null in their
     *     place would be invented
     */
    void check() {
        for (Asked question : asked) {
            question.answer().result().forEach(row -> {
                RowChange change = question.rows().get(Math.toIntExact(row.getLong(0) - 1));
                if (row.getBoolean(3)) {
                    disorder.row(change, row.getLong(1), row.getLong(2));
                } else {
                    disorder.floor(row.getLong(1), row.getLong(2));
                }
            });
        }
        truncates.forEach((change, answer) -> {
            Long held = answer.result().iterator().next().getLong(0);
            if (held != null) {
                disorder.truncate(change, held);
            }
        });
        if (!disorder.isEmpty()) {
            throw new BrokenOrder(table, disorder.boundaries(changes, orders), disorder.epoch());
        }
        long rows = missing.stream()
                .mapToLong(answer -> answer.result().iterator().next().getLong(0))
                .sum();
        if (rows > 0) {
            throw missingRows(rows);
        }
    }

    private TableStoppedException missingRows(long rows) {
        return new TableStoppedException(
                table,
                rows + " rows of the mirror are missing while " + doing
                        + ": changes came without their unchanged TOAST"
                        + " columns, for rows that the mirror does not hold (it began without a snapshot, or the key of a row"
                        + " with such columns was changed). Nothing of this batch was written. Copy these rows from the source"
                        + " into the mirror with __lsn 0, or take a snapshot of the table anew, then resume the table;"
                        + " REPLICA IDENTITY FULL in the source prevents it.");
    }

    private Mirror mirrorOf(TableSchema schema) {
        return Objects.requireNonNull(targets.apply(schema).mirror());
    }
}
