package dev.duet.delta;

import dev.duet.change.ColumnType;
import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the changes of one source schema lie in a table. Made once for each schema, and with it checked that the table has the
 * source's columns and Duet's; columns that only the table has are written as null.
 */
final class Layout {
    private final TableSchema source;
    private final StructType target;
    private final int[] sourceIndex;
    private final List<Column> statistics;
    private final NonFiniteForm nonFinite;

    private Layout(TableSchema source, StructType target, int[] sourceIndex, NonFiniteForm nonFinite) {
        this.nonFinite = nonFinite;
        this.source = source;
        this.target = target;
        this.sourceIndex = sourceIndex;
        this.statistics = statistics(source);
    }

    /**
     * @param where the table for messages, such as {@code Delta table public.orders at s3a://...}
     * @throws TableStoppedException if the table lacks a column or has it with another type
     */
    static Layout of(TableSchema source, StructType target, String where, NonFiniteForm nonFinite) {
        Schemas.checkNames(source);
        for (dev.duet.change.Column column : source.columns()) {
            require(source, target, column.name(), Schemas.type(column.type()), where);
        }
        for (AddedColumn added : AddedColumn.values()) {
            if (added != AddedColumn.DATE) {
                require(source, target, added.columnName(), added.dataType(), where);
            }
        }
        int[] sourceIndex = new int[target.length()];
        for (int i = 0; i < sourceIndex.length; i++) {
            sourceIndex[i] = source.indexOf(target.at(i).getName());
            boolean empty = sourceIndex[i] < 0 && added(target.at(i).getName()) == null;
            if (empty && !target.at(i).isNullable()) {
                throw stop(
                        source, target.at(i).getName(), where, "must not be null, and the source has no such column");
            }
        }
        return new Layout(source, target, sourceIndex, nonFinite);
    }

    private static void require(TableSchema source, StructType target, String name, DataType type, String where) {
        int at = target.indexOf(name);
        if (at < 0) {
            throw stop(source, name, where, "is missing in the table (needed: " + type + ")");
        }
        StructField field = target.at(at);
        if (!field.getDataType().equivalent(type)) {
            throw stop(
                    source, name, where, "is " + field.getDataType() + " in the table and " + type + " in the source");
        }
        if (!field.isNullable()) {
            throw stop(source, name, where, "must not be null in the table, but a delete or truncate leaves it null");
        }
    }

    private static TableStoppedException stop(TableSchema source, String column, String where, String what) {
        return new TableStoppedException(
                source.table(),
                where + ": column \"" + column + "\" " + what + ". Change the Delta table's schema to match"
                        + " (ALTER TABLE with any engine), or move the table away so that Duet creates it anew.");
    }

    /** Statistics for what readers ask a change log for: the key, the order of changes, the place in Kafka. */
    private static List<Column> statistics(TableSchema source) {
        List<Column> columns = new ArrayList<>();
        for (int index : source.key()) {
            if (!(source.columns().get(index).type() instanceof ColumnType.Array)) {
                columns.add(new Column(source.columns().get(index).name()));
            }
        }
        columns.add(new Column(AddedColumn.LSN.columnName()));
        columns.add(new Column(AddedColumn.OFFSET.columnName()));
        return columns;
    }

    private static @Nullable AddedColumn added(String name) {
        for (AddedColumn added : AddedColumn.values()) {
            if (added.columnName().equals(name)) {
                return added;
            }
        }
        return null;
    }

    TableSchema source() {
        return source;
    }

    /** The columns to collect statistics of. */
    List<Column> statisticsColumns() {
        return statistics;
    }

    /** The changes as a batch of the table's schema. The list is read, not copied; it must not change meanwhile. */
    ColumnarBatch batch(List<RowChange> changes) {
        List<ColumnVector> vectors = new ArrayList<>(sourceIndex.length);
        for (int i = 0; i < sourceIndex.length; i++) {
            StructField field = target.at(i);
            AddedColumn added = added(field.getName());
            if (sourceIndex[i] >= 0) {
                vectors.add(ColumnVectors.of(source.columns().get(sourceIndex[i]), sourceIndex[i], changes, nonFinite));
            } else if (added != null) {
                vectors.add(AddedVectors.of(added, changes));
            } else {
                vectors.add(ColumnVectors.nulls(field.getDataType(), changes.size()));
            }
        }
        return new ChangesBatch(target, vectors, changes.size());
    }
}
