package dev.duet.delta;

import dev.duet.failpoint.FailPoint;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.DefaultParquetHandler;
import io.delta.kernel.engine.MetricsReporter;
import io.delta.kernel.engine.ParquetHandler;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Kernel's default engine over {@link TableFileIO}, with checkpoints that become visible only when they are complete and with the
 * data files of {@link DataFiles}.
 */
final class DuetEngine extends DefaultEngine {
    private final ParquetHandler parquet;

    DuetEngine(TableFileIO io) {
        super(io);
        this.parquet = new Parquet(io);
    }

    @Override
    public ParquetHandler getParquetHandler() {
        return parquet;
    }

    /** None: the default one turns each commit and load into JSON with the whole schema, whether it is logged or not. */
    @Override
    public List<MetricsReporter> getMetricsReporters() {
        return List.of();
    }

    private static final class Parquet extends DefaultParquetHandler {
        private final TableFileIO io;
        private final DataFiles files;

        Parquet(TableFileIO io) {
            super(io);
            this.io = io;
            this.files = new DataFiles(io);
        }

        /** One file for each batch. A table to which somebody added a column of another kind is left to Kernel's writer. */
        @Override
        public CloseableIterator<DataFileStatus> writeParquetFiles(
                String directory, CloseableIterator<FilteredColumnarBatch> batches, List<Column> statistics)
                throws IOException {
            List<DataFileStatus> written = new ArrayList<>();
            while (batches.hasNext()) {
                FilteredColumnarBatch batch = batches.next();
                if (!DataFiles.canWrite(batch.getData().getSchema())
                        || batch.getSelectionVector().isPresent()) {
                    Iterator<FilteredColumnarBatch> one = List.of(batch).iterator();
                    super.writeParquetFiles(directory, Iterators.closeable(one), statistics)
                            .forEachRemaining(written::add);
                } else {
                    written.add(files.write(directory, batch.getData(), statistics));
                }
            }
            return Iterators.closeable(written.iterator());
        }

        /** If reading the log fails in the middle, {@code publish} is not reached. */
        @Override
        public void writeParquetFileAtomically(String path, CloseableIterator<FilteredColumnarBatch> rows)
                throws IOException {
            super.writeParquetFileAtomically(path, rows);
            io.publish(path);
            FailPoint.CHECKPOINT_STORED.reached();
        }
    }
}
