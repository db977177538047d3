package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.StringType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/**
 * Columns of the source as Kernel's vectors: each reads the changes where they lie, nothing is copied. The changes' rows must all be
 * of the same schema.
 */
final class ColumnVectors {
    private ColumnVectors() {}

    /** The column at this index of the source's schema. */
    static ColumnVector of(Column column, int index, List<RowChange> changes) {
        DataType type = Schemas.type(column.type());
        return switch (column.type()) {
            case ColumnType.Bool ignored -> new Booleans(type, changes, index);
            case ColumnType.Int16 ignored -> new Shorts(type, changes, index);
            case ColumnType.Int32 ignored -> new Ints(type, changes, index);
            case ColumnType.Int64 ignored -> new Longs(type, changes, index);
            case ColumnType.Float32 ignored -> new Floats(type, changes, index);
            case ColumnType.Float64 ignored -> new Doubles(type, changes, index);
            case ColumnType.Decimal ignored
            when type instanceof DecimalType decimal -> new Decimals(decimal, changes, index);
            case ColumnType.Decimal ignored -> new Numerics(changes, index);
            case ColumnType.Numeric ignored -> new Numerics(changes, index);
            case ColumnType.Text ignored -> new Strings(type, changes, index);
            case ColumnType.Char ignored -> new Strings(type, changes, index);
            case ColumnType.Json ignored -> new Strings(type, changes, index);
            case ColumnType.Uuid ignored -> new Strings(type, changes, index);
            case ColumnType.Bytes ignored -> new Binaries(type, changes, index);
            case ColumnType.Date ignored -> new Dates(type, changes, index, column.name());
            case ColumnType.Time ignored -> new Times(changes, index);
            case ColumnType.Timestamp ignored -> new Timestamps(type, changes, index, column.name());
            case ColumnType.TimestampTz ignored -> new Timestamps(type, changes, index, column.name());
        };
    }

    /** A column that the changes' schema has not: the source dropped it, or somebody else added it to the table. */
    static ColumnVector nulls(DataType type, int size) {
        return new Nulls(type, size);
    }

    private static TableStoppedException infinite(TableId table, RowChange change, String column) {
        return new TableStoppedException(
                table,
                "Delta table " + table + ": column \"" + column + "\" of the record " + change.partition() + "@"
                        + change.offset() + " is infinity or -infinity, which Delta's dates and timestamps can't hold."
                        + " This version has no form for them (docs/operations.md, known limits).");
    }

    private record Nulls(DataType getDataType, int getSize) implements ColumnVector {
        @Override
        public boolean isNullAt(int rowId) {
            return true;
        }

        @Override
        public void close() {}
    }

    private abstract static class Cells implements ColumnVector {
        private final DataType type;
        final List<RowChange> changes;
        private final int column;

        Cells(DataType type, List<RowChange> changes, int column) {
            this.type = type;
            this.changes = changes;
            this.column = column;
        }

        @Override
        public final DataType getDataType() {
            return type;
        }

        @Override
        public final int getSize() {
            return changes.size();
        }

        @Override
        public final void close() {}

        @Override
        public final boolean isNullAt(int rowId) {
            Row row = changes.get(rowId).row();
            if (row == null) {
                return true;
            }
            Object value = row.get(column);
            return value == null || value == Row.UNCHANGED;
        }

        /** The value; asked for only where {@link #isNullAt} is false. */
        final Object cell(int rowId) {
            return Objects.requireNonNull(
                    Objects.requireNonNull(changes.get(rowId).row()).get(column));
        }
    }

    private static final class Booleans extends Cells {
        Booleans(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public boolean getBoolean(int rowId) {
            return (Boolean) cell(rowId);
        }
    }

    private static final class Shorts extends Cells {
        Shorts(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public short getShort(int rowId) {
            return (Short) cell(rowId);
        }
    }

    private static final class Ints extends Cells {
        Ints(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public int getInt(int rowId) {
            return (Integer) cell(rowId);
        }
    }

    private static final class Longs extends Cells {
        Longs(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public long getLong(int rowId) {
            return (Long) cell(rowId);
        }
    }

    private static final class Floats extends Cells {
        Floats(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public float getFloat(int rowId) {
            return (Float) cell(rowId);
        }
    }

    private static final class Doubles extends Cells {
        Doubles(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public double getDouble(int rowId) {
            return (Double) cell(rowId);
        }
    }

    private static final class Decimals extends Cells {
        private final int scale;

        Decimals(DecimalType type, List<RowChange> changes, int column) {
            super(type, changes, column);
            this.scale = type.getScale();
        }

        /** Exact: a value that does not fit the declared scale is a defect of the decoder and fails. */
        @Override
        public BigDecimal getDecimal(int rowId) {
            return ((BigDecimal) cell(rowId)).setScale(scale);
        }
    }

    private static final class Numerics extends Cells {
        Numerics(List<RowChange> changes, int column) {
            super(StringType.STRING, changes, column);
        }

        @Override
        public String getString(int rowId) {
            return ((BigDecimal) cell(rowId)).toPlainString();
        }
    }

    private static final class Strings extends Cells {
        Strings(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public String getString(int rowId) {
            return (String) cell(rowId);
        }
    }

    private static final class Binaries extends Cells {
        Binaries(DataType type, List<RowChange> changes, int column) {
            super(type, changes, column);
        }

        @Override
        public byte[] getBinary(int rowId) {
            return (byte[]) cell(rowId);
        }
    }

    private static final class Dates extends Cells {
        private final String name;

        Dates(DataType type, List<RowChange> changes, int column, String name) {
            super(type, changes, column);
            this.name = name;
        }

        @Override
        public int getInt(int rowId) {
            int days = (Integer) cell(rowId);
            if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
                RowChange change = changes.get(rowId);
                throw infinite(change.table(), change, name);
            }
            return days;
        }
    }

    private static final class Times extends Cells {
        Times(List<RowChange> changes, int column) {
            super(StringType.STRING, changes, column);
        }

        @Override
        public String getString(int rowId) {
            return TimeOfDay.text((Long) cell(rowId));
        }
    }

    private static final class Timestamps extends Cells {
        private final String name;

        Timestamps(DataType type, List<RowChange> changes, int column, String name) {
            super(type, changes, column);
            this.name = name;
        }

        @Override
        public long getLong(int rowId) {
            long micros = (Long) cell(rowId);
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                RowChange change = changes.get(rowId);
                throw infinite(change.table(), change, name);
            }
            return micros;
        }
    }
}
