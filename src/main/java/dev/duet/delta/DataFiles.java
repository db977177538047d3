package dev.duet.delta;

import dev.duet.failpoint.FailPoint;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.DataFileStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Writes a batch as one Parquet file. Kernel's own writer reads Hadoop's default settings for each file, asks for the size of all
 * columns after each row and reads the file back for its statistics, which is most of the cost of a small file. And it stores what
 * it has when a value can't be written; here nothing is stored then.
 */
final class DataFiles {
    private final TableFileIO io;
    private final Configuration configuration = new Configuration(false);

    DataFiles(TableFileIO io) {
        this.io = io;
    }

    /** Whether all columns are of types that this writer knows: those of {@link Schemas}. */
    static boolean canWrite(StructType schema) {
        return ParquetColumns.canWrite(schema);
    }

    /** Writes the file, durably, under a name that nobody else has. */
    DataFileStatus write(String directory, ColumnarBatch batch, List<Column> statistics) throws IOException {
        String path = directory + "/" + UUID.randomUUID() + "-000.parquet";
        Target target = new Target();
        Rows rows = new Rows(new ParquetColumns(batch));
        ParquetWriter<int[]> writer = new Builder(target, rows)
                .withConf(configuration)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(io.rowGroupBytes())
                .withWriterVersion(WriterVersion.PARQUET_1_0)
                .build();
        try (writer) {
            int[] row = new int[1];
            for (int i = 0; i < batch.getSize(); i++) {
                row[0] = i;
                writer.write(row);
            }
        }
        TableFileIO.Body body = target.buffer.body();
        FailPoint.PARQUET_WRITING.reached();
        io.replace(path, body);
        FailPoint.PARQUET_WRITTEN.reached();
        return new DataFileStatus(
                path,
                body.size(),
                System.currentTimeMillis(),
                Optional.of(FileStatistics.of(writer.getFooter(), batch.getSchema(), statistics)));
    }

    private static final class Builder extends ParquetWriter.Builder<int[], Builder> {
        private final WriteSupport<int[]> rows;

        Builder(OutputFile target, WriteSupport<int[]> rows) {
            super(target);
            this.rows = rows;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<int[]> getWriteSupport(Configuration ignored) {
            return rows;
        }

        @Override
        protected WriteSupport<int[]> getWriteSupport(ParquetConfiguration ignored) {
            return rows;
        }
    }

    /** A record is the index of a row, in an array that is used again. */
    private static final class Rows extends WriteSupport<int[]> {
        private final ParquetColumns columns;

        Rows(ParquetColumns columns) {
            this.columns = columns;
        }

        @Override
        public WriteContext init(Configuration ignored) {
            return new WriteContext(columns.schema(), Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration ignored) {
            return new WriteContext(columns.schema(), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            columns.prepare(consumer);
        }

        @Override
        public void write(int[] row) {
            columns.write(row[0]);
        }
    }

    /** Parquet writes into memory; the store gets the file when it is complete. */
    private static final class Target implements OutputFile {
        private final TableFileIO.Buffer buffer = new TableFileIO.Buffer(1 << 16);

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return buffer.size();
                }

                @Override
                public void write(int b) {
                    buffer.write(b);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    buffer.write(bytes, offset, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
