package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.RowChange;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import java.math.BigDecimal;
import java.util.List;

/** Columns of the source whose table has a wider type: the source narrowed them, or these changes are from before it widened them. */
final class WidenedVectors {
    private WidenedVectors() {}

    /**
     * The column at this index of the source's schema.
     *
     * @param type the table's, which {@link SchemaEvolution#holds} the column's
     */
    static ColumnVector of(Column column, int index, List<RowChange> changes, DataType type, NonFiniteForm nonFinite) {
        DataType own = Schemas.type(column.type());
        if (own.equivalent(type)) {
            return ColumnVectors.of(column, index, changes, nonFinite);
        }
        if (type instanceof StringType) {
            // A number of any length is written as its plain digits.
            return ColumnVectors.of(new Column(column.name(), new ColumnType.Numeric()), index, changes, nonFinite);
        }
        ColumnVector narrow = ColumnVectors.of(column, index, changes, nonFinite);
        return switch (own) {
            case ShortType ignored -> new Shorts(narrow, type);
            case IntegerType ignored -> new Ints(narrow, type);
            case FloatType ignored -> new Floats(narrow, (DoubleType) type);
            case DecimalType ignored -> new Decimals(narrow, (DecimalType) type);
            default -> throw new IllegalStateException("no " + type + " of a " + own);
        };
    }

    private abstract static class Widened implements ColumnVector {
        final ColumnVector narrow;
        private final DataType type;

        Widened(ColumnVector narrow, DataType type) {
            this.narrow = narrow;
            this.type = type;
        }

        @Override
        public final DataType getDataType() {
            return type;
        }

        @Override
        public final int getSize() {
            return narrow.getSize();
        }

        @Override
        public final void close() {
            narrow.close();
        }

        @Override
        public final boolean isNullAt(int rowId) {
            return narrow.isNullAt(rowId);
        }
    }

    private static final class Shorts extends Widened {
        Shorts(ColumnVector narrow, DataType type) {
            super(narrow, type);
        }

        @Override
        public int getInt(int rowId) {
            return narrow.getShort(rowId);
        }

        @Override
        public long getLong(int rowId) {
            return narrow.getShort(rowId);
        }
    }

    private static final class Ints extends Widened {
        Ints(ColumnVector narrow, DataType type) {
            super(narrow, type);
        }

        @Override
        public long getLong(int rowId) {
            return narrow.getInt(rowId);
        }
    }

    private static final class Floats extends Widened {
        Floats(ColumnVector narrow, DoubleType type) {
            super(narrow, type);
        }

        @Override
        public double getDouble(int rowId) {
            return narrow.getFloat(rowId);
        }
    }

    private static final class Decimals extends Widened {
        private final int scale;

        Decimals(ColumnVector narrow, DecimalType type) {
            super(narrow, type);
            this.scale = type.getScale();
        }

        @Override
        public BigDecimal getDecimal(int rowId) {
            return narrow.getDecimal(rowId).setScale(scale);
        }
    }
}
