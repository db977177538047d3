package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a table back with Kernel's own scan. */
final class TableReading implements AutoCloseable {
    private final Storage storage;
    private final TableFileIO io;
    private final Engine engine;
    private final String path;

    TableReading(DeltaConfig config, TableId table) throws IOException {
        this.storage = Storage.open(config);
        this.io = storage.fileIO();
        this.engine = new DuetEngine(io);
        this.path = new TablePaths(storage.root(), config.table()).of(table);
    }

    Snapshot snapshot() {
        return TableManager.loadSnapshot(path).build(engine);
    }

    Optional<StoredPosition> position(String pipeline, TopicPartition partition) {
        return snapshot()
                .getDomainMetadata(new Positions(pipeline).domain(partition))
                .map(StoredPosition::parse);
    }

    /** Names in the table's log. */
    List<String> log() throws IOException {
        List<String> names = new ArrayList<>();
        try (CloseableIterator<FileStatus> files = io.listFrom(path + "/_delta_log/0")) {
            files.forEachRemaining(
                    file -> names.add(file.getPath().substring(file.getPath().lastIndexOf('/') + 1)));
        }
        return names;
    }

    /** Deletes the log, and with it the table. */
    void deleteLog() throws IOException {
        for (String name : log()) {
            delete(path.substring(storage.root().length()) + "/_delta_log/" + name);
        }
    }

    /** Deletes the versions that the newest checkpoint covers, as an engine does when they are expired. */
    void deleteVersionsBelowLastCheckpoint() throws IOException {
        String checkpoint = log().stream()
                .filter(name -> name.endsWith(".checkpoint.parquet"))
                .reduce((first, second) -> second)
                .orElseThrow();
        for (String name : log()) {
            if (name.matches("\\d{20}\\.(json|crc|checkpoint\\.parquet)")
                    && name.compareTo(checkpoint.substring(0, 20)) < 0) {
                delete(path.substring(storage.root().length()) + "/_delta_log/" + name);
            }
        }
    }

    /** @param below the path below the root, beginning with a slash */
    void delete(String below) throws IOException {
        io.delete(storage.root() + below);
    }

    /** Statistics of each file as JSON, by path. */
    Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        Scan scan = snapshot().getScanBuilder().build();
        try (CloseableIterator<FilteredColumnarBatch> batches =
                ((io.delta.kernel.internal.ScanImpl) scan).getScanFiles(engine, true)) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> rows = batches.next().getRows()) {
                    while (rows.hasNext()) {
                        Row add = rows.next().getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL);
                        var file = new io.delta.kernel.internal.actions.AddFile(add);
                        files.put(file.getPath(), file.getStatsJson().orElse(""));
                    }
                }
            }
        }
        return files;
    }

    /** All rows as maps from column to value; numbers of dates and timestamps as stored. */
    List<Map<String, @Nullable Object>> rows() throws IOException {
        Snapshot snapshot = snapshot();
        Scan scan = snapshot.getScanBuilder().build();
        Row state = scan.getScanState(engine);
        StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
        List<Map<String, @Nullable Object>> found = new ArrayList<>();
        try (CloseableIterator<FilteredColumnarBatch> scanFiles = scan.getScanFiles(engine)) {
            while (scanFiles.hasNext()) {
                try (CloseableIterator<Row> files = scanFiles.next().getRows()) {
                    while (files.hasNext()) {
                        read(state, files.next(), physical, found);
                    }
                }
            }
        }
        return found;
    }

    private void read(Row state, Row file, StructType physical, List<Map<String, @Nullable Object>> found)
            throws IOException {
        FileStatus status = InternalScanFileUtils.getAddFileStatus(file);
        try (var data = engine.getParquetHandler()
                        .readParquetFiles(Iterators.closeable(List.of(status).iterator()), physical, Optional.empty());
                CloseableIterator<FilteredColumnarBatch> batches =
                        Scan.transformPhysicalData(engine, state, file, data.map(result -> result.getData()))) {
            while (batches.hasNext()) {
                var batch = batches.next().getData();
                for (int row = 0; row < batch.getSize(); row++) {
                    Map<String, @Nullable Object> values = new HashMap<>();
                    for (int i = 0; i < batch.getSchema().length(); i++) {
                        values.put(batch.getSchema().at(i).getName(), value(batch.getColumnVector(i), row));
                    }
                    found.add(values);
                }
            }
        }
    }

    private static @Nullable Object value(ColumnVector vector, int row) {
        if (vector.isNullAt(row)) {
            return null;
        }
        DataType type = vector.getDataType();
        return switch (type) {
            case BooleanType ignored -> vector.getBoolean(row);
            case ShortType ignored -> vector.getShort(row);
            case IntegerType ignored -> vector.getInt(row);
            case DateType ignored -> vector.getInt(row);
            case LongType ignored -> vector.getLong(row);
            case TimestampType ignored -> vector.getLong(row);
            case TimestampNTZType ignored -> vector.getLong(row);
            case FloatType ignored -> vector.getFloat(row);
            case DoubleType ignored -> vector.getDouble(row);
            case DecimalType ignored -> vector.getDecimal(row);
            case StringType ignored -> vector.getString(row);
            case BinaryType ignored -> vector.getBinary(row);
            case ArrayType ignored -> list(vector.getArray(row));
            default -> throw new IllegalStateException("type " + type);
        };
    }

    private static List<@Nullable Object> list(ArrayValue array) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < array.getSize(); i++) {
            values.add(value(array.getElements(), i));
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
