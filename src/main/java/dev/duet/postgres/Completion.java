package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.order.Precedence;
import dev.duet.postgres.Target.Mirror;
import dev.duet.postgres.Transactions.Flight;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Knows, for one table and write, the values that updates left out: those that the mirror held just before, in the same transaction, or
 * that an earlier change of the batch brought.
 *
 * <p>What it can't know stays left out: of a row that the mirror holds in a newer state or not at all, of arrays, and beyond
 * {@link #MAX_BYTES} for each statement. A change that the mirror had already is not in the write, so nothing is known of it either.
 */
final class Completion {
    /** Values that one statement fetches at most: a batch is bounded by what its records hold, which is not what they left out. */
    private static final long MAX_BYTES = 16L << 20;

    private static final int OBJECT_BYTES = 64;

    private final List<RowChange> changes;
    private final Orders orders;
    private final List<Asked> asked = new ArrayList<>();

    private Completion(List<RowChange> changes, Orders orders) {
        this.changes = changes;
        this.orders = orders;
    }

    private record Asked(
            TableSchema schema,
            List<Integer> columns,
            List<RowChange> keys,
            Future<RowSet<io.vertx.sqlclient.Row>> answer) {}

    /** A row of the mirror in the form of a change that brought it. */
    private record Held(long lsn, RowChange row) {}

    /** Asks for the rows as they are before the upserts, which are sent after this. */
    static Completion ask(Flight flight, BatchPlan plan, TableId table, Function<TableSchema, Target> targets) {
        Completion completion = new Completion(plan.changes().getOrDefault(table, List.of()), plan.orders());
        Map<TableSchema, Map<Object, RowChange>> keys = new LinkedHashMap<>();
        for (RowChange change : completion.changes) {
            if (KeyReduction.hasUnchanged(change)) {
                keys.computeIfAbsent(change.schema(), schema -> new LinkedHashMap<>())
                        .putIfAbsent(RowKey.of(change), change);
            }
        }
        keys.forEach((schema, byKey) -> {
            Mirror mirror = Objects.requireNonNull(targets.apply(schema).mirror());
            List<Integer> columns = completion.lacking(schema);
            if (!columns.isEmpty()) {
                List<Column> of = columns.stream().map(schema.columns()::get).toList();
                for (List<RowChange> rows : TableWriter.chunks(List.copyOf(byKey.values()))) {
                    Tuple tuple = Tuple.of(MAX_BYTES);
                    schema.key().forEach(column -> tuple.addValue(TableWriter.column(schema, column, rows)));
                    String sql = TableSql.held(mirror.name, schema, of);
                    var answer = flight.ask(table, "reading unchanged values of " + plan.where(table), sql, tuple);
                    completion.asked.add(new Asked(schema, columns, rows, answer));
                }
            }
        });
        return completion;
    }

    /** The columns of a schema that a change of it lacks, as far as they can be read back. */
    private List<Integer> lacking(TableSchema schema) {
        TreeSet<Integer> columns = new TreeSet<>();
        for (RowChange change : changes) {
            if (change.schema().equals(schema) && KeyReduction.hasUnchanged(change)) {
                Row row = Objects.requireNonNull(change.row());
                IntStream.range(0, row.size()).filter(row::isUnchanged).forEach(columns::add);
            }
        }
        columns.removeIf(column -> !isReadable(schema.columns().get(column).type()));
        return List.copyOf(columns);
    }

    /** Only values of these types are long enough for TOAST, and those of arrays have no text form that is read back here. */
    private static boolean isReadable(ColumnType type) {
        return switch (type) {
            case ColumnType.Text t -> true;
            case ColumnType.Char c -> true;
            case ColumnType.Json j -> true;
            case ColumnType.Bytes b -> true;
            case ColumnType.Numeric n -> true;
            case ColumnType.Native n -> true;
            case ColumnType.Array a -> false;
            case ColumnType.Bool b -> false;
            case ColumnType.Int16 i -> false;
            case ColumnType.Int32 i -> false;
            case ColumnType.Int64 i -> false;
            case ColumnType.Float32 f -> false;
            case ColumnType.Float64 f -> false;
            case ColumnType.Decimal d -> false;
            case ColumnType.Uuid u -> false;
            case ColumnType.Date d -> false;
            case ColumnType.Time t -> false;
            case ColumnType.Timestamp t -> false;
            case ColumnType.TimestampTz t -> false;
        };
    }

    /** Adds the changes in their fuller form, when all answers have come. */
    void addTo(Map<RowChange, RowChange> completed) {
        if (asked.isEmpty()) {
            return;
        }
        Map<Object, Held> held = held();
        Map<Object, @Nullable RowChange> before = new HashMap<>();
        boolean truncated = false;
        List<RowChange> ordered = new ArrayList<>(changes);
        ordered.sort(Comparator.comparingLong(orders::order));
        for (RowChange change : ordered) {
            if (change.op() == Op.TRUNCATE) {
                truncated = true;
                before.clear();
                continue;
            }
            Object key = RowKey.of(change);
            Held row = truncated ? null : held.get(key);
            if (row != null && !Precedence.replaces(orders.order(change), row.lsn())) {
                continue; // the mirror is beyond it, so what it holds may be of later
            }
            if (change.op() == Op.DELETE) {
                before.put(key, null);
                continue;
            }
            RowChange last = before.containsKey(key) ? before.get(key) : row == null ? null : row.row();
            RowChange now = change;
            if (last != null && KeyReduction.hasUnchanged(change)) {
                now = counted(KeyReduction.filled(change, last), change, before.containsKey(key) ? 0 : last.bytes());
                completed.put(change, now);
            }
            before.put(key, now);
        }
    }

    private Map<Object, Held> held() {
        Map<Object, Held> held = new HashMap<>();
        for (Asked question : asked) {
            question.answer().result().forEach(row -> {
                RowChange key = question.keys().get(Math.toIntExact(row.getLong(0) - 1));
                held.put(RowKey.of(key), new Held(row.getLong(1), asChange(question, key, row)));
            });
        }
        return held;
    }

    private static RowChange asChange(Asked question, RowChange key, io.vertx.sqlclient.Row row) {
        TableSchema schema = question.schema();
        @Nullable Object[] values = new @Nullable Object[schema.columns().size()];
        Arrays.fill(values, Row.UNCHANGED);
        long bytes = 0;
        for (int i = 0; i < question.columns().size(); i++) {
            int column = question.columns().get(i);
            Object value = row.getValue(2 + i);
            bytes += size(value);
            values[column] =
                    value == null ? null : read(schema.columns().get(column).type(), value);
        }
        int counted = (int) Math.min(bytes, Integer.MAX_VALUE / 2);
        return new RowChange(schema, Op.UPDATE, Row.of(values), key.source(), key.partition(), key.offset(), counted);
    }

    private static long size(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Buffer bytes -> OBJECT_BYTES + (long) bytes.length();
            default -> OBJECT_BYTES + 2L * value.toString().length();
        };
    }

    private static Object read(ColumnType type, Object value) {
        return switch (type) {
            case ColumnType.Bytes b -> ((Buffer) value).getBytes();
            case ColumnType.Numeric n -> new BigDecimal((String) value);
            default -> value;
        };
    }

    /** The values are shared by all changes that they complete, so they count once. */
    private static RowChange counted(RowChange filled, RowChange change, int more) {
        return new RowChange(
                filled.schema(), filled.op(), filled.row(), filled.source(), filled.partition(), filled.offset(), (int)
                        Math.min((long) change.bytes() + more, Integer.MAX_VALUE));
    }
}
