package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.ValueText;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.StringType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Columns of the source as Kernel's vectors: each reads the changes where they lie, nothing is copied. The changes' rows must all be
 * of the same schema.
 */
final class ColumnVectors {
    private ColumnVectors() {}

    /**
     * The column at this index of the source's schema.
     *
     * @param nonFinite what becomes of values that Delta's types can't hold
     */
    static ColumnVector of(Column column, int index, List<RowChange> changes, NonFiniteForm nonFinite) {
        return vector(column.type(), new Changed(changes, index, column.name()), nonFinite);
    }

    private static ColumnVector vector(ColumnType source, Values values, NonFiniteForm nonFinite) {
        DataType type = Schemas.type(source);
        return switch (source) {
            case ColumnType.Bool ignored -> new Cells(type, values);
            case ColumnType.Int16 ignored -> new Cells(type, values);
            case ColumnType.Int32 ignored -> new Cells(type, values);
            case ColumnType.Int64 ignored -> new Cells(type, values);
            case ColumnType.Float32 ignored -> new Cells(type, values);
            case ColumnType.Float64 ignored -> new Cells(type, values);
            case ColumnType.Decimal ignored
            when type instanceof DecimalType decimal -> new Decimals(decimal, values, nonFinite);
            case ColumnType.Decimal ignored -> new Texts(values, ValueText.of(source));
            case ColumnType.Numeric ignored -> new Texts(values, ValueText.of(source));
            case ColumnType.Text ignored -> new Cells(type, values);
            case ColumnType.Char ignored -> new Cells(type, values);
            case ColumnType.Json ignored -> new Cells(type, values);
            case ColumnType.Uuid ignored -> new Cells(type, values);
            case ColumnType.Native ignored -> new Cells(type, values);
            case ColumnType.Bytes ignored -> new Cells(type, values);
            case ColumnType.Date ignored -> new Moments(type, values, Integer.MIN_VALUE, Integer.MAX_VALUE, nonFinite);
            case ColumnType.Time ignored -> new Texts(values, time -> TimeOfDay.text((Long) time));
            case ColumnType.Timestamp ignored -> new Moments(type, values, Long.MIN_VALUE, Long.MAX_VALUE, nonFinite);
            case ColumnType.TimestampTz ignored -> new Moments(type, values, Long.MIN_VALUE, Long.MAX_VALUE, nonFinite);
            case ColumnType.Array(ColumnType element) -> new Arrays(type, values, element, nonFinite);
        };
    }

    /** A column that the changes' schema has not: the source dropped it, or somebody else added it to the table. */
    static ColumnVector nulls(DataType type, int size) {
        return new Nulls(type, size);
    }

    private record Nulls(DataType getDataType, int getSize) implements ColumnVector {
        @Override
        public boolean isNullAt(int rowId) {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Where a vector's values lie. */
    private interface Values {
        int size();

        /** Null for SQL's null. */
        @Nullable
        Object at(int index);

        /** Stops the table: the value there has no form in Delta. */
        TableStoppedException refuse(int index, String what);
    }

    private record Changed(List<RowChange> changes, int column, String name) implements Values {
        @Override
        public int size() {
            return changes.size();
        }

        @Override
        public @Nullable Object at(int index) {
            Row row = changes.get(index).row();
            Object value = row == null ? null : row.get(column);
            return value == Row.UNCHANGED ? null : value;
        }

        @Override
        public TableStoppedException refuse(int index, String what) {
            RowChange change = changes.get(index);
            return new TableStoppedException(
                    change.table(),
                    "Delta table " + change.table() + ": column \"" + name + "\" of the record " + change.partition()
                            + "@" + change.offset() + " is " + what);
        }
    }

    /** The elements of one array. */
    private record Elements(List<?> values, Values arrays, int row) implements Values {
        @Override
        public int size() {
            return values.size();
        }

        @Override
        public @Nullable Object at(int index) {
            return values.get(index);
        }

        @Override
        public TableStoppedException refuse(int index, String what) {
            return arrays.refuse(row, what);
        }
    }

    /** Values that a Row holds as Kernel wants them; it asks for the kind that the type says. */
    private static class Cells implements ColumnVector {
        private final DataType type;
        final Values values;

        Cells(DataType type, Values values) {
            this.type = type;
            this.values = values;
        }

        @Override
        public final DataType getDataType() {
            return type;
        }

        @Override
        public final int getSize() {
            return values.size();
        }

        @Override
        public final void close() {}

        @Override
        public boolean isNullAt(int rowId) {
            return values.at(rowId) == null;
        }

        /** The value; asked for only where {@link #isNullAt} is false. */
        final Object cell(int rowId) {
            return Objects.requireNonNull(values.at(rowId));
        }

        @Override
        public boolean getBoolean(int rowId) {
            return (Boolean) cell(rowId);
        }

        @Override
        public short getShort(int rowId) {
            return (Short) cell(rowId);
        }

        @Override
        public int getInt(int rowId) {
            return (Integer) cell(rowId);
        }

        @Override
        public long getLong(int rowId) {
            return (Long) cell(rowId);
        }

        @Override
        public float getFloat(int rowId) {
            return (Float) cell(rowId);
        }

        @Override
        public double getDouble(int rowId) {
            return (Double) cell(rowId);
        }

        @Override
        public String getString(int rowId) {
            return (String) cell(rowId);
        }

        @Override
        public byte[] getBinary(int rowId) {
            return (byte[]) cell(rowId);
        }
    }

    private static final class Decimals extends Cells {
        private final int scale;
        private final NonFiniteForm nonFinite;

        Decimals(DecimalType type, Values values, NonFiniteForm nonFinite) {
            super(type, values);
            this.scale = type.getScale();
            this.nonFinite = nonFinite;
        }

        /** A decimal has no form for NaN. */
        @Override
        public boolean isNullAt(int rowId) {
            Object value = values.at(rowId);
            if (value == null || value instanceof BigDecimal) {
                return value == null;
            }
            if (nonFinite.nan() == NonFiniteForm.Nan.NULL) {
                return true;
            }
            throw values.refuse(
                    rowId,
                    "NaN, which Delta's decimal can't hold. Set duet.delta.nan=null to write null in its place (the mirror"
                            + " has NaN), or correct the row in the source and let this record go to the dead letters.");
        }

        /** Exact: a value that does not fit the declared scale is a defect of the decoder and fails. */
        @Override
        public BigDecimal getDecimal(int rowId) {
            return ((BigDecimal) cell(rowId)).setScale(scale);
        }
    }

    private static final class Texts extends Cells {
        private final Function<Object, String> text;

        Texts(Values values, Function<Object, String> text) {
            super(StringType.STRING, values);
            this.text = text;
        }

        @Override
        public String getString(int rowId) {
            return text.apply(cell(rowId));
        }
    }

    /** Dates and timestamps: the infinities are the extremes of the number, in a Row as in Parquet. What lies beyond the number is as these. */
    private static final class Moments extends Cells {
        private final long least;
        private final long greatest;
        private final NonFiniteForm nonFinite;

        Moments(DataType type, Values values, long least, long greatest, NonFiniteForm nonFinite) {
            super(type, values);
            this.least = least;
            this.greatest = greatest;
            this.nonFinite = nonFinite;
        }

        private boolean isInfinite(Object value) {
            if (value instanceof FarMoment) {
                return true;
            }
            long number = ((Number) value).longValue();
            return number == least || number == greatest;
        }

        @Override
        public boolean isNullAt(int rowId) {
            Object value = values.at(rowId);
            if (value == null || !isInfinite(value)) {
                return value == null;
            }
            return switch (nonFinite.infinity()) {
                case EXTREME -> false;
                case NULL -> true;
                case STOP ->
                    throw values.refuse(
                            rowId,
                            "infinity, -infinity or a timestamp that Delta's can't hold (from 294247-01-10 on), which"
                                    + " duet.delta.infinity=stop refuses. Set it to extreme (the type's last or first value) or"
                                    + " null.");
            };
        }

        @Override
        public long getLong(int rowId) {
            return cell(rowId) instanceof Long micros ? micros : Long.MAX_VALUE;
        }
    }

    private static final class Arrays extends Cells {
        private final ColumnType element;
        private final NonFiniteForm nonFinite;

        Arrays(DataType type, Values values, ColumnType element, NonFiniteForm nonFinite) {
            super(type, values);
            this.element = element;
            this.nonFinite = nonFinite;
        }

        @Override
        public ArrayValue getArray(int rowId) {
            Elements elements = new Elements((List<?>) cell(rowId), values, rowId);
            ColumnVector vector = vector(element, elements, nonFinite);
            return new ArrayValue() {
                @Override
                public int getSize() {
                    return elements.size();
                }

                @Override
                public ColumnVector getElements() {
                    return vector;
                }
            };
        }
    }
}
