package dev.duet.delta;

import dev.duet.change.ColumnType;
import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the changes of one source schema lie in a table. Made once for each schema, and with it checked that the table has the
 * source's columns and Duet's; columns that only the table has are written as null, and
 * values of a narrower type as the table's.
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
     * @param path the table's in the store, for messages
     * @throws TableStoppedException if the table lacks a column or has it with a type that can't hold the source's
     */
    static Layout of(TableSchema source, StructType target, String path, NonFiniteForm nonFinite) {
        Schemas.checkNames(source);
        LayoutCheck check = new LayoutCheck(source, target, path);
        source.columns().forEach(check::source);
        for (AddedColumn added : AddedColumn.values()) {
            boolean there = added == AddedColumn.LATE && target.indexOf(added.columnName()) >= 0;
            if (added.isInEachLog() || there) {
                check.added(added);
            }
        }
        int[] sourceIndex = new int[target.length()];
        for (int i = 0; i < sourceIndex.length; i++) {
            sourceIndex[i] = source.indexOf(target.at(i).getName());
            boolean empty = sourceIndex[i] < 0 && added(target.at(i).getName()) == null;
            if (empty && !target.at(i).isNullable()) {
                throw check.refusesNull(target.at(i).getName());
            }
        }
        return new Layout(source, target, sourceIndex, nonFinite);
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
                vectors.add(WidenedVectors.of(
                        source.columns().get(sourceIndex[i]), sourceIndex[i], changes, field.getDataType(), nonFinite));
            } else if (added != null) {
                vectors.add(AddedVectors.of(added, changes));
            } else {
                vectors.add(ColumnVectors.nulls(field.getDataType(), changes.size()));
            }
        }
        return new ChangesBatch(target, vectors, changes.size());
    }
}
