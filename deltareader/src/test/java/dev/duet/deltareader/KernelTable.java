package dev.duet.deltareader;

import io.delta.kernel.Operation;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/// Writes a table the way Duet does: Delta Kernel, domain metadata in the commit of the rows, checksum and checkpoint
/// hooks.
final class KernelTable {

    private final Engine engine;
    private final String path;
    private final StructType schema;
    private final String partitionColumn;

    KernelTable(Configuration conf, String path, StructType schema, String partitionColumn) {
        this.engine = DefaultEngine.create(conf);
        this.path = path;
        this.schema = schema;
        this.partitionColumn = partitionColumn;
    }

    void create(Map<String, String> properties) throws Exception {
        var builder = TableManager.buildCreateTableTransaction(path, schema, "duet-test")
                .withTableProperties(properties)
                .withDataLayoutSpec(
                        io.delta.kernel.transaction.DataLayoutSpec.partitioned(List.of(new Column(partitionColumn))));
        hooks(builder.build(engine)
                .commit(engine, CloseableIterable.emptyIterable())
                .getPostCommitHooks());
    }

    /// Each row is one value per column in schema order, in the types that [Values] takes.
    void append(List<Object[]> rows, Map<String, String> domains) throws Exception {
        var snapshot = TableManager.loadSnapshot(path).build(engine);
        Transaction transaction = snapshot.buildUpdateTableTransaction("duet-test", Operation.STREAMING_UPDATE)
                .withMaxRetries(0)
                .build(engine);
        Row state = transaction.getTransactionState(engine);
        int partition = schema.indexOf(partitionColumn);
        Map<Object, List<Object[]>> parts =
                rows.stream().collect(Collectors.groupingBy(row -> row[partition], TreeMap::new, Collectors.toList()));
        List<Row> actions = new ArrayList<>();
        for (var part : parts.entrySet()) {
            Map<String, Literal> values = Map.of(partitionColumn, literal(part.getKey()));
            var batch = new FilteredColumnarBatch(new Batch(schema, part.getValue()), java.util.Optional.empty());
            var physical = Transaction.transformLogicalData(engine, state, one(batch), values);
            var context = Transaction.getWriteContext(engine, state, values);
            var files = engine.getParquetHandler()
                    .writeParquetFiles(context.getTargetDirectory(), physical, context.getStatisticsColumns());
            try (var adds = Transaction.generateAppendActions(engine, state, files, context)) {
                adds.forEachRemaining(actions::add);
            }
        }
        domains.forEach(transaction::addDomainMetadata);
        hooks(transaction
                .commit(engine, CloseableIterable.inMemoryIterable(Utils.toCloseableIterator(actions.iterator())))
                .getPostCommitHooks());
    }

    private Literal literal(Object value) {
        return schema.get(partitionColumn).getDataType() instanceof DateType
                ? Literal.ofDate((int) ((LocalDate) value).toEpochDay())
                : Literal.ofString((String) value);
    }

    private void hooks(List<PostCommitHook> hooks) throws Exception {
        for (PostCommitHook hook : hooks) {
            hook.threadSafeInvoke(engine);
        }
    }

    private static CloseableIterator<FilteredColumnarBatch> one(FilteredColumnarBatch batch) {
        return Utils.toCloseableIterator(List.of(batch).iterator());
    }

    private record Batch(StructType schema, List<Object[]> rows, List<Integer> columns) implements ColumnarBatch {
        Batch(StructType schema, List<Object[]> rows) {
            this(
                    schema,
                    rows,
                    java.util.stream.IntStream.range(0, schema.length()).boxed().toList());
        }

        @Override
        public StructType getSchema() {
            return schema;
        }

        @Override
        public ColumnVector getColumnVector(int ordinal) {
            int column = columns.get(ordinal);
            return new Values(
                    schema.at(ordinal).getDataType(),
                    rows.stream().map(row -> row[column]).toArray());
        }

        @Override
        public int getSize() {
            return rows.size();
        }

        @Override
        public ColumnarBatch withDeletedColumnAt(int ordinal) {
            List<StructField> fields = new ArrayList<>(schema.fields());
            List<Integer> kept = new ArrayList<>(columns);
            fields.remove(ordinal);
            kept.remove(ordinal);
            return new Batch(new StructType(fields), rows, kept);
        }
    }

    /// Integer, Long, String, BigDecimal, byte[], Boolean, Double; LocalDate for date, Instant for timestamp, List for
    /// array.
    private record Values(DataType type, Object[] values) implements ColumnVector {
        @Override
        public DataType getDataType() {
            return type;
        }

        @Override
        public int getSize() {
            return values.length;
        }

        @Override
        public void close() {}

        @Override
        public boolean isNullAt(int row) {
            return values[row] == null;
        }

        @Override
        public boolean getBoolean(int row) {
            return (Boolean) values[row];
        }

        @Override
        public int getInt(int row) {
            return values[row] instanceof LocalDate date ? (int) date.toEpochDay() : (Integer) values[row];
        }

        @Override
        public long getLong(int row) {
            return values[row] instanceof Instant at
                    ? ChronoUnit.MICROS.between(Instant.EPOCH, at)
                    : (Long) values[row];
        }

        @Override
        public double getDouble(int row) {
            return (Double) values[row];
        }

        @Override
        public String getString(int row) {
            return (String) values[row];
        }

        @Override
        public BigDecimal getDecimal(int row) {
            return (BigDecimal) values[row];
        }

        @Override
        public byte[] getBinary(int row) {
            return (byte[]) values[row];
        }

        @Override
        public ArrayValue getArray(int row) {
            var elements = new Values(((ArrayType) type).getElementType(), ((List<?>) values[row]).toArray());
            return new ArrayValue() {
                @Override
                public int getSize() {
                    return elements.getSize();
                }

                @Override
                public ColumnVector getElements() {
                    return elements;
                }
            };
        }
    }
}
