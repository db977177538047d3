package dev.duet.delta;

import dev.duet.inspect.Conditions.Range;
import io.delta.kernel.Scan;
import io.delta.kernel.ScanBuilder;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Expression;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.ScanImpl;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one version, file by file. Not thread-safe. */
final class LogScan {
    private final Engine engine;
    private final Scan scan;
    private final List<StructField> fields;

    /** Takes a row; false if no more are wanted. */
    interface Taker {
        boolean take(@Nullable Object[] values);
    }

    /** Takes a file. */
    interface Files {
        void take(Row file) throws IOException;
    }

    /**
     * @param fields the columns to read
     * @param ranges rows outside of these need not come
     */
    LogScan(Engine engine, Snapshot snapshot, List<StructField> fields, List<Range> ranges) {
        this.engine = engine;
        this.fields = fields;
        ScanBuilder builder = snapshot.getScanBuilder().withReadSchema(new StructType(fields));
        Predicate filter = filter(snapshot.getSchema(), ranges);
        this.scan = (filter == null ? builder : builder.withFilter(filter)).build();
    }

    /** The files in the order of their writing. */
    List<Row> files() throws IOException {
        List<Row> files = new ArrayList<>();
        files(engine, scan, files::add);
        files.sort(Comparator.comparingLong(LogScan::writtenAt));
        return files;
    }

    /** Hands on a scan's files, with their statistics, as the log is read. */
    static void files(Engine engine, Scan scan, Files to) throws IOException {
        try (CloseableIterator<FilteredColumnarBatch> batches = ((ScanImpl) scan).getScanFiles(engine, true)) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> files = batches.next().getRows()) {
                    while (files.hasNext()) {
                        to.take(files.next());
                    }
                }
            }
        }
    }

    /** What the log says of one of a scan's files. */
    static AddFile added(Row file) {
        return new AddFile(file.getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL));
    }

    private static long writtenAt(Row file) {
        return InternalScanFileUtils.getAddFileStatus(file).getModificationTime();
    }

    /** By the statistics of the files; a file without counts as if it had this many. */
    static long rows(List<Row> files, long otherwise) {
        return files.stream()
                .mapToLong(file -> added(file).getNumRecords().orElse(otherwise))
                .sum();
    }

    /** Reads a file from its beginning; false if the taker wants no more. */
    boolean read(Row file, Taker taker) throws IOException {
        try (CloseableIterator<FilteredColumnarBatch> batches = open(file)) {
            while (batches.hasNext()) {
                FilteredColumnarBatch batch = batches.next();
                ColumnVector[] vectors = vectors(batch);
                for (int row = 0; row < batch.getData().getSize(); row++) {
                    if (isSelected(batch, row) && !taker.take(values(vectors, row))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Reads a file from its end, which takes the memory of all of it. */
    boolean readBackwards(Row file, Taker taker) throws IOException {
        List<FilteredColumnarBatch> all = new ArrayList<>();
        try (CloseableIterator<FilteredColumnarBatch> batches = open(file)) {
            batches.forEachRemaining(all::add);
        }
        for (FilteredColumnarBatch batch : all.reversed()) {
            ColumnVector[] vectors = vectors(batch);
            for (int row = batch.getData().getSize() - 1; row >= 0; row--) {
                if (isSelected(batch, row) && !taker.take(values(vectors, row))) {
                    return false;
                }
            }
        }
        return true;
    }

    private CloseableIterator<FilteredColumnarBatch> open(Row file) throws IOException {
        return open(engine, scan, file);
    }

    /** The rows of one of a scan's files. */
    static CloseableIterator<FilteredColumnarBatch> open(Engine engine, Scan scan, Row file) throws IOException {
        Row state = scan.getScanState(engine);
        StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
        FileStatus status = InternalScanFileUtils.getAddFileStatus(file);
        CloseableIterator<FileReadResult> data = engine.getParquetHandler()
                .readParquetFiles(Iterators.closeable(List.of(status).iterator()), physical, Optional.empty());
        return Scan.transformPhysicalData(engine, state, file, data.map(FileReadResult::getData));
    }

    private ColumnVector[] vectors(FilteredColumnarBatch batch) {
        StructType schema = batch.getData().getSchema();
        return fields.stream()
                .map(field -> batch.getData().getColumnVector(schema.indexOf(field.getName())))
                .toArray(ColumnVector[]::new);
    }

    static boolean isSelected(FilteredColumnarBatch batch, int row) {
        Optional<ColumnVector> selection = batch.getSelectionVector();
        return selection.isEmpty()
                || (!selection.get().isNullAt(row) && selection.get().getBoolean(row));
    }

    private static @Nullable Object[] values(ColumnVector[] vectors, int row) {
        @Nullable Object[] values = new @Nullable Object[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            values[i] = LogValues.value(vectors[i], row);
        }
        return values;
    }

    /** Kernel leaves out the files whose statistics, or whose partition, exclude this; it does not look at rows. */
    private static @Nullable Predicate filter(StructType schema, List<Range> ranges) {
        Predicate all = null;
        for (Range range : ranges) {
            StructField field = schema.indexOf(range.column()) < 0 ? null : schema.get(range.column());
            if (field == null) {
                continue;
            }
            all = and(all, bound(">=", field, range.lowest()));
            all = and(all, bound("<=", field, range.highest()));
        }
        return all;
    }

    private static @Nullable Predicate bound(String operator, StructField field, long bound) {
        if (bound == Long.MIN_VALUE || bound == Long.MAX_VALUE) {
            return null;
        }
        Literal literal = literal(field.getDataType(), bound);
        Expression column = new Column(field.getName());
        return literal == null ? null : new Predicate(operator, column, literal);
    }

    private static @Nullable Literal literal(DataType type, long value) {
        return switch (type) {
            case ShortType ignored -> Literal.ofShort((short) value);
            case IntegerType ignored -> Literal.ofInt((int) value);
            case LongType ignored -> Literal.ofLong(value);
            case DateType ignored -> Literal.ofDate((int) value);
            default -> null;
        };
    }

    private static @Nullable Predicate and(@Nullable Predicate left, @Nullable Predicate right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return new Predicate("AND", left, right);
    }
}
