package dev.duet.delta;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;

/** Which rows of a batch are meant. */
final class Selection implements ColumnVector {
    private final boolean[] selected;

    /** @param selected by row; taken over */
    Selection(boolean[] selected) {
        this.selected = selected;
    }

    @Override
    public DataType getDataType() {
        return BooleanType.BOOLEAN;
    }

    @Override
    public int getSize() {
        return selected.length;
    }

    @Override
    public boolean isNullAt(int row) {
        return false;
    }

    @Override
    public boolean getBoolean(int row) {
        return selected[row];
    }

    @Override
    public void close() {}
}
