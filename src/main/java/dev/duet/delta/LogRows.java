package dev.duet.delta;

import dev.duet.inspect.LogField;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.TextHash;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.types.StructType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes changes in brief of a log's rows. Thread-safe. */
final class LogRows {
    private final LogShape shape;
    private final Map<String, Integer> partitions;
    private final StructType schema;
    private final int[] fields;
    private final int[] key;
    private final Map<AddedColumn, Integer> added = new EnumMap<>(AddedColumn.class);

    /**
     * @param log the table's schema
     * @param partitions a number for each topic-partition; new ones get the next
     */
    LogRows(LogShape shape, StructType log, Map<String, Integer> partitions) {
        this.shape = shape;
        this.partitions = partitions;
        List<String> names = new ArrayList<>();
        this.fields = places(names, shape.fields().stream().map(LogField::name).toList());
        this.key = places(names, shape.key());
        for (AddedColumn column : AddedColumn.values()) {
            boolean there = column == AddedColumn.LATE && LogShape.field(log, column.columnName()) != null;
            if (column.isInEachLog() || there) {
                added.put(column, places(names, List.of(column.columnName()))[0]);
            }
        }
        StructType read = new StructType();
        for (String name : names) {
            read = read.add(Objects.requireNonNull(LogShape.field(log, name), name));
        }
        this.schema = read;
    }

    private static int[] places(List<String> names, List<String> wanted) {
        return wanted.stream()
                .mapToInt(name -> {
                    if (!names.contains(name)) {
                        names.add(name);
                    }
                    return names.indexOf(name);
                })
                .toArray();
    }

    /** The columns that are needed. */
    StructType schema() {
        return schema;
    }

    /** The change of a row; null for a row of another engine's. */
    @Nullable
    LoggedChange change(ColumnarBatch batch, int row) {
        ColumnVector ops = vector(batch, AddedColumn.OP);
        if (ops.isNullAt(row) || vector(batch, AddedColumn.OFFSET).isNullAt(row)) {
            return null;
        }
        String op = ops.getString(row);
        boolean rowless = op.equals("t") || op.equals("d");
        ColumnVector unchanged = vector(batch, AddedColumn.UNCHANGED);
        Set<String> leftOut = rowless || unchanged.isNullAt(row) ? Set.of() : Set.copyOf(names(unchanged, row));
        String partition = vector(batch, AddedColumn.TOPIC).getString(row) + "-"
                + vector(batch, AddedColumn.PARTITION).getInt(row);
        List<@Nullable String> separate = new ArrayList<>();
        long rest = rowless ? 0 : hashes(batch, row, leftOut, separate);
        return new LoggedChange(
                op,
                op.equals("t") ? null : keyOf(batch, row),
                number(partition),
                vector(batch, AddedColumn.OFFSET).getLong(row),
                vector(batch, AddedColumn.LSN).getLong(row),
                vector(batch, AddedColumn.SOURCE_TS_MS).getLong(row),
                isLate(batch, row),
                rest,
                shape.fields().stream().allMatch(field -> field.separate() || !leftOut.contains(field.name())),
                separate);
    }

    private int number(String partition) {
        synchronized (partitions) {
            return partitions.computeIfAbsent(partition, p -> partitions.size());
        }
    }

    private boolean isLate(ColumnarBatch batch, int row) {
        if (!added.containsKey(AddedColumn.LATE)) {
            return false;
        }
        ColumnVector late = vector(batch, AddedColumn.LATE);
        return !late.isNullAt(row) && late.getBoolean(row);
    }

    private ColumnVector vector(ColumnarBatch batch, AddedColumn column) {
        return batch.getColumnVector(Objects.requireNonNull(added.get(column)));
    }

    private @Nullable RowKey keyOf(ColumnarBatch batch, int row) {
        List<String> values = new ArrayList<>(key.length);
        for (int i = 0; i < key.length; i++) {
            ColumnVector vector = batch.getColumnVector(key[i]);
            if (vector.isNullAt(row)) {
                return null;
            }
            values.add(shape.keyTexts().get(i).of(vector, row));
        }
        return new RowKey(values);
    }

    /** The hash of the columns that stand together; the others' go into the list. */
    private long hashes(ColumnarBatch batch, int row, Set<String> leftOut, List<@Nullable String> separate) {
        StringBuilder together = new StringBuilder();
        boolean first = true;
        for (int i = 0; i < fields.length; i++) {
            ColumnVector vector = batch.getColumnVector(fields[i]);
            LogField field = shape.fields().get(i);
            String hash = vector.isNullAt(row)
                    ? TextHash.NULL
                    : Long.toString(TextHash.of(shape.texts().get(i).of(vector, row)));
            if (field.separate()) {
                separate.add(leftOut.contains(field.name()) ? null : hash);
            } else {
                together.append(first ? "" : ",").append(hash);
                first = false;
            }
        }
        return TextHash.of(together.toString());
    }

    static List<String> names(ColumnVector vector, int row) {
        ArrayValue array = vector.getArray(row);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < array.getSize(); i++) {
            names.add(array.getElements().getString(i));
        }
        return names;
    }
}
