package dev.duet.delta;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
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
        LogScan.files(engine, snapshot.getScanBuilder().build(), file -> to.accept(LogScan.added(file)));
    }

    /**
     * Reads the rows of the files.
     *
     * @param schema the columns
     * @param without paths of files that are not read
     */
    void rows(StructType schema, Set<String> without, Rows to) throws IOException {
        Scan scan = snapshot.getScanBuilder().withReadSchema(schema).build();
        LogScan.files(engine, scan, file -> {
            if (!without.contains(LogScan.added(file).getPath())) {
                read(scan, file, to);
            }
        });
    }

    private void read(Scan scan, Row file, Rows to) throws IOException {
        try (CloseableIterator<FilteredColumnarBatch> batches = LogScan.open(engine, scan, file)) {
            while (batches.hasNext()) {
                FilteredColumnarBatch batch = batches.next();
                for (int row = 0; row < batch.getData().getSize(); row++) {
                    if (LogScan.isSelected(batch, row)) {
                        to.take(batch.getData(), row);
                    }
                }
            }
        }
    }
}
