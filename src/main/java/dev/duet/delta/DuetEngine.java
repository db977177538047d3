package dev.duet.delta;

import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.DefaultParquetHandler;
import io.delta.kernel.engine.MetricsReporter;
import io.delta.kernel.engine.ParquetHandler;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.List;

/** Kernel's default engine over {@link TableFileIO}, with checkpoints that become visible only when they are complete. */
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

        Parquet(TableFileIO io) {
            super(io);
            this.io = io;
        }

        /** If reading the log fails in the middle, {@code publish} is not reached. */
        @Override
        public void writeParquetFileAtomically(String path, CloseableIterator<FilteredColumnarBatch> rows)
                throws IOException {
            super.writeParquetFileAtomically(path, rows);
            io.publish(path);
        }
    }
}
