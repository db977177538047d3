package dev.duet.transform;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import dev.duet.transform.Shape.NamedFilter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens to the changes of one schema. Compiled once. */
final class Plan {
    /** About what a column costs in an array, and what a value costs that was made. */
    private static final int BYTES_PER_COLUMN = 24;

    private static final int BYTES_PER_MADE_VALUE = 100;

    private final TableSchema source;
    private final TableSchema target;
    private final Cell[] cells;
    private final List<NamedFilter> filters;
    private final boolean unchanged;
    private final int extraBytes;

    Plan(TableSchema source, Shape shape) {
        this.source = source;
        this.filters = shape.filters();
        this.unchanged = shape.isUnchanged(source);
        this.target = unchanged ? source : shape.schema(source);
        this.cells = shape.cells().toArray(Cell[]::new);
        int made =
                (int) shape.cells().stream().filter(cell -> cell.step() != null).count();
        this.extraBytes =
                BYTES_PER_COLUMN * Math.max(0, cells.length - source.columns().size()) + BYTES_PER_MADE_VALUE * made;
    }

    Outcome apply(RowChange change) {
        Row row = change.row();
        if (row == null) {
            return unchanged ? new Outcome.Changed(change) : changed(change, change.op(), null);
        }
        try {
            if (change.op() == Op.DELETE) {
                return unchanged ? new Outcome.Changed(change) : changed(change, Op.DELETE, key(row));
            }
            for (NamedFilter filter : filters) {
                int possible = filter.condition().possible(row);
                if ((possible & Condition.TRUE) == 0) {
                    return excluded(change, row);
                }
                if (possible != Condition.TRUE) {
                    return undecided(change, filter);
                }
            }
            return unchanged ? new Outcome.Changed(change) : changed(change, change.op(), all(row));
        } catch (Unfit e) {
            return new Outcome.Unfitting(String.valueOf(e.getMessage()));
        }
    }

    /** The key of the first filter that is not true for the row; deletes and truncates pass all. */
    Optional<String> excluding(RowChange change) {
        Row row = change.row();
        if (row == null || change.op() == Op.DELETE) {
            return Optional.empty();
        }
        for (NamedFilter filter : filters) {
            try {
                if ((filter.condition().possible(row) & Condition.TRUE) == 0) {
                    return Optional.of(filter.key());
                }
            } catch (Unfit e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /**
     * A created row is new to the mirror as well. But an update may have made the row fall out of the filter, and a snapshot may be
     * one that makes up for lost updates: then what the mirror holds of it must go.
     */
    private Outcome excluded(RowChange change, Row row) throws Unfit {
        return change.op() == Op.CREATE || source.key().isEmpty()
                ? new Outcome.Filtered()
                : changed(change, Op.DELETE, key(row));
    }

    private Outcome undecided(RowChange change, NamedFilter filter) {
        return new Outcome.Stopped(
                source.source(),
                filter.key() + " can't be decided for " + change
                        + ": it depends on a column that the update left alone and the source did not send (TOAST)."
                        + " Take the column out of the condition and restart Duet: it goes on with the same record. For"
                        + " later records ALTER TABLE ... REPLICA IDENTITY FULL in the source helps as well.");
    }

    /** The key's columns alone, as in every delete. */
    private Row key(Row row) throws Unfit {
        @Nullable Object[] values = new @Nullable Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            if (cells[i].isKey()) {
                values[i] = value(cells[i], row);
            }
        }
        return Row.of(values);
    }

    private Row all(Row row) throws Unfit {
        @Nullable Object[] values = new @Nullable Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            values[i] = value(cells[i], row);
        }
        return Row.of(values);
    }

    private static @Nullable Object value(Cell cell, Row row) throws Unfit {
        try {
            return cell.of(row);
        } catch (Unfit e) {
            throw new Unfit("duet.transform, column " + cell.column().name() + ": " + e.getMessage());
        }
    }

    private Outcome changed(RowChange change, Op op, @Nullable Row row) {
        return new Outcome.Changed(new RowChange(
                target, op, row, change.source(), change.partition(), change.offset(), change.bytes() + extraBytes));
    }
}
