package dev.duet.delta;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.util.ArrayList;
import java.util.List;

/** Vectors over changes of one schema, in the order of the table's columns. */
record ChangesBatch(StructType getSchema, List<ColumnVector> columns, int getSize) implements ColumnarBatch {
    @Override
    public ColumnVector getColumnVector(int ordinal) {
        return columns.get(ordinal);
    }

    /** Kernel takes the partition column out of the batch before it writes the Parquet file. */
    @Override
    public ColumnarBatch withDeletedColumnAt(int ordinal) {
        List<StructField> fields = new ArrayList<>(getSchema.fields());
        fields.remove(ordinal);
        List<ColumnVector> rest = new ArrayList<>(columns);
        rest.remove(ordinal);
        return new ChangesBatch(new StructType(fields), rest, getSize);
    }
}
