package dev.duet.delta;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.ScanImpl;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads some columns of a snapshot's files, one file after the other. */
final class SnapshotRows {
    private final Engine engine;
    private final Snapshot snapshot;

    SnapshotRows(Engine engine, Snapshot snapshot) {
        this.engine = engine;
        this.snapshot = snapshot;
    }

    /** Takes a batch's rows. */
    interface Rows {
        /** @param row the index of a row that counts */
        void take(ColumnarBatch batch, int row);
    }

    /** Hands on each file of the snapshot, with what its statistics say. */
    void files(Consumer<AddFile> to) throws IOException {
        Scan scan = snapshot.getScanBuilder().build();
        try (CloseableIterator<FilteredColumnarBatch> batches = ((ScanImpl) scan).getScanFiles(engine, true)) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> rows = batches.next().getRows()) {
                    rows.forEachRemaining(
                            row -> to.accept(new AddFile(row.getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL))));
                }
            }
        }
    }

    /**
     * Reads the rows of the files.
     *
     * @param schema the columns
     * @param without paths of files that are not read
     */
    void rows(StructType schema, Set<String> without, Rows to) throws IOException {
        Scan scan = snapshot.getScanBuilder().withReadSchema(schema).build();
        Row state = scan.getScanState(engine);
        StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
        try (CloseableIterator<FilteredColumnarBatch> batches = scan.getScanFiles(engine)) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> files = batches.next().getRows()) {
                    while (files.hasNext()) {
                        Row file = files.next();
                        String path = new AddFile(file.getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL)).getPath();
                        if (!without.contains(path)) {
                            read(state, file, physical, to);
                        }
                    }
                }
            }
        }
    }

    private void read(Row state, Row file, StructType physical, Rows to) throws IOException {
        FileStatus status = InternalScanFileUtils.getAddFileStatus(file);
        try (var data = engine.getParquetHandler()
                        .readParquetFiles(Iterators.closeable(List.of(status).iterator()), physical, Optional.empty());
                CloseableIterator<FilteredColumnarBatch> batches =
                        Scan.transformPhysicalData(engine, state, file, data.map(result -> result.getData()))) {
            while (batches.hasNext()) {
                FilteredColumnarBatch batch = batches.next();
                Optional<ColumnVector> selected = batch.getSelectionVector();
                for (int row = 0; row < batch.getData().getSize(); row++) {
                    if (selected.isEmpty()
                            || (!selected.get().isNullAt(row) && selected.get().getBoolean(row))) {
                        to.take(batch.getData(), row);
                    }
                }
            }
        }
    }
}
