package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.order.Precedence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last change of each key among the changes of one table: the greatest in {@link Orders}, of equal ones the last (a snapshot row
 * and its first update can share an LSN). Only one of them may reach the server, which refuses a key twice in one upsert.
 *
 * <p>What TOAST left out of the last change is taken from the changes before it, as far as they have it.
 */
final class KeyReduction {
    private final Map<Object, RowChange> lastOfKey;
    private final Orders orders;
    private final Disorder disorder;

    private KeyReduction(int size, Orders orders, Disorder disorder) {
        this.lastOfKey = LinkedHashMap.newLinkedHashMap(size);
        this.orders = orders;
        this.disorder = disorder;
    }

    /**
     * @param changes of one table, for each partition in the order of its offsets; truncates are left out
     * @param disorder is told of changes that are dropped though they look newer by the clock
     */
    static Collection<RowChange> lastOfEachKey(List<RowChange> changes, Orders orders, Disorder disorder) {
        KeyReduction reduction = new KeyReduction(changes.size(), orders, disorder);
        // A key's changes may lie in two partitions. To fill an unchanged column they are needed in order; without one,
        // the greatest LSN is enough. Across keys this order means nothing.
        List<RowChange> ordered = changes;
        if (changes.stream().anyMatch(KeyReduction::hasUnchanged) && inPartitions(changes)) {
            ordered = new ArrayList<>(changes);
            ordered.sort(Comparator.comparingLong(orders::order));
        }
        for (RowChange change : ordered) {
            if (change.op() != Op.TRUNCATE) {
                reduction.take(change);
            }
        }
        return reduction.lastOfKey.values();
    }

    private static boolean inPartitions(List<RowChange> changes) {
        TopicPartition first = changes.getFirst().partition();
        return changes.stream().anyMatch(change -> !change.partition().equals(first));
    }

    private void take(RowChange change) {
        lastOfKey.merge(RowKey.of(change), change, this::later);
    }

    private RowChange later(RowChange before, RowChange next) {
        long lsn = orders.lsn(before);
        // Within a write a delete is remembered, which makes no difference but for letters: records that come again end
        // with it.
        boolean gone = before.op() == Op.DELETE
                && Precedence.forgets(false, next.source().late());
        if (!gone && !Precedence.replaces(orders.order(next), lsn)) {
            disorder.stale(next, lsn, before.source().tsMillis());
            return before;
        }
        return before.op() != Op.DELETE && hasUnchanged(next) ? orders.copied(next, filled(next, before)) : next;
    }

    static boolean hasUnchanged(RowChange change) {
        Row row = change.row();
        if (row == null) {
            return false;
        }
        for (int i = 0; i < row.size(); i++) {
            if (row.isUnchanged(i)) {
                return true;
            }
        }
        return false;
    }

    /** The change with the values that it lacks and the one before it left, as far as that one has them. */
    static RowChange filled(RowChange change, RowChange before) {
        TableSchema schema = change.schema();
        Row row = Objects.requireNonNull(change.row());
        @Nullable Object[] values = new @Nullable Object[row.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.isUnchanged(i) ? valueOf(before, schema.columns().get(i), i) : row.get(i);
        }
        return new RowChange(
                schema,
                change.op(),
                Row.of(values),
                change.source(),
                change.partition(),
                change.offset(),
                change.bytes() + before.bytes());
    }

    /** The value that the change before left in this column, which may stand elsewhere if the table has changed in between. */
    private static @Nullable Object valueOf(RowChange before, Column column, int index) {
        Row row = Objects.requireNonNull(before.row());
        TableSchema schema = before.schema();
        if (index < schema.columns().size() && column.holdsAs(schema.columns().get(index))) {
            return row.get(index);
        }
        int elsewhere = schema.indexOf(column.name());
        return elsewhere >= 0
                        && isReadable(
                                column.type(), schema.columns().get(elsewhere).type())
                ? row.get(elsewhere)
                : Row.UNCHANGED;
    }

    /**
     * Whether a value of the type before may stand in a column of this one. TOAST leaves out texts, bytes, long numbers, and arrays of
     * anything, whose values are of one class whatever their length and scale.
     */
    private static boolean isReadable(ColumnType type, ColumnType before) {
        if (type instanceof ColumnType.Array(ColumnType item)
                && before instanceof ColumnType.Array(ColumnType itemBefore)) {
            return isReadable(item, itemBefore);
        }
        if (type instanceof ColumnType.Native(String name, int length)
                && before instanceof ColumnType.Native(String nameBefore, int lengthBefore)) {
            return name.equals(nameBefore);
        }
        return type.equals(before) || (isText(type) && isText(before)) || (isDecimal(type) && isDecimal(before));
    }

    private static boolean isText(ColumnType type) {
        return type instanceof ColumnType.Text || type instanceof ColumnType.Char;
    }

    private static boolean isDecimal(ColumnType type) {
        return type instanceof ColumnType.Decimal || type instanceof ColumnType.Numeric;
    }
}
