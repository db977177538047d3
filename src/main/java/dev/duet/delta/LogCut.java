package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.Conditions.Range;
import dev.duet.inspect.LogCuts;
import io.delta.kernel.DataWriteContext;
import io.delta.kernel.Operation;
import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.hook.PostCommitHook.PostCommitHookType;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one log from some offsets on, to be taken out. The commit takes exactly the version after the one that was looked at, or fails: so
 * nobody's rows are lost. Whole files are removed; of others the rows that stay are written anew.
 */
final class LogCut implements LogCuts.Cut {
    private static final Logger LOG = Logger.getLogger(LogCut.class);
    private static final String ENGINE = "duet/rewind";

    private final TableId table;
    private final String path;
    private final Engine engine;
    private final Snapshot snapshot;
    private final Positions positions;
    private final Map<TopicPartition, StoredPosition> before;
    private final Map<TopicPartition, Long> from;
    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<TopicPartition, Long> removed = new HashMap<>();
    /** By file, whether rows of it stay. */
    private final Map<Row, Boolean> affected = new LinkedHashMap<>();

    private final Map<TopicPartition, StoredPosition> after = new HashMap<>();
    private final List<Row> actions = new ArrayList<>();
    private @Nullable Transaction transaction;
    private long rows;

    /** @param before the log's positions in these partitions, each above the offset */
    LogCut(
            TableId table,
            String path,
            Engine engine,
            Snapshot snapshot,
            Positions positions,
            Map<TopicPartition, StoredPosition> before,
            Map<TopicPartition, Long> from)
            throws IOException {
        this.table = table;
        this.path = path;
        this.engine = engine;
        this.snapshot = snapshot;
        this.positions = positions;
        this.before = before;
        this.from = from;
        from.forEach((partition, offset) -> offsets.put(partition.toString(), offset));
        look();
    }

    private void look() throws IOException {
        StructType schema = snapshot.getSchema();
        long lowest = from.values().stream().mapToLong(Long::longValue).min().orElse(0);
        LogScan scan = new LogScan(
                engine,
                snapshot,
                List.of(
                        schema.get(AddedColumn.TOPIC.columnName()),
                        schema.get(AddedColumn.PARTITION.columnName()),
                        schema.get(AddedColumn.OFFSET.columnName())),
                List.of(new Range(AddedColumn.OFFSET.columnName(), lowest, Long.MAX_VALUE)));
        for (Row file : scan.files()) {
            boolean[] found = new boolean[2];
            boolean unused = scan.read(file, values -> {
                boolean goes = goes(values[0] + "-" + values[1], (Long) values[2]);
                found[goes ? 1 : 0] = true;
                if (goes) {
                    rows++;
                    removed.merge(partition(values[0] + "-" + values[1]), 1L, Long::sum);
                }
                return true;
            });
            if (found[1]) {
                affected.put(file, found[0]);
            }
        }
    }

    private TopicPartition partition(String name) {
        return from.keySet().stream()
                .filter(partition -> partition.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private boolean goes(String partition, @Nullable Long offset) {
        Long first = offsets.get(partition);
        return first != null && offset != null && offset >= first;
    }

    @Override
    public TableId table() {
        return table;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public int files() {
        return affected.size();
    }

    @Override
    public void stage() {
        Transaction begun = snapshot.buildUpdateTableTransaction(ENGINE, Operation.MANUAL_UPDATE)
                .withMaxRetries(0)
                .build(engine);
        String by = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
        long now = System.currentTimeMillis();
        try {
            for (Map.Entry<Row, Boolean> file : affected.entrySet()) {
                AddFile add = LogScan.added(file.getKey());
                actions.add(SingleAction.createRemoveFileSingleAction(add.toRemoveFileRow(true, Optional.of(now))));
                if (file.getValue()) {
                    rewrite(begun, file.getKey());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        before.forEach((partition, position) -> {
            StoredPosition back = new StoredPosition(
                    partition.generation(),
                    from.getOrDefault(partition, position.next()),
                    Math.max(0, position.applied() - removed.getOrDefault(partition, 0L)),
                    position.skipped(),
                    by);
            after.put(partition, back);
            begun.addDomainMetadata(positions.domain(partition), back.json());
        });
        transaction = begun;
    }

    /** Writes the rows of a file that stay. */
    private void rewrite(Transaction begun, Row file) throws IOException {
        Row state = begun.getTransactionState(engine);
        Map<String, Literal> partition = new HashMap<>();
        InternalScanFileUtils.getPartitionValues(file)
                .forEach((column, value) -> partition.put(
                        column,
                        value == null
                                ? Literal.ofNull(DateType.DATE)
                                : Literal.ofDate((int) LocalDate.parse(value).toEpochDay())));
        Scan scan = snapshot.getScanBuilder().build();
        DataWriteContext context = Transaction.getWriteContext(engine, state, partition);
        List<Column> statistics =
                List.of(new Column(AddedColumn.LSN.columnName()), new Column(AddedColumn.OFFSET.columnName()));
        try (CloseableIterator<FilteredColumnarBatch> all = LogScan.open(engine, scan, file);
                CloseableIterator<FilteredColumnarBatch> physical =
                        Transaction.transformLogicalData(engine, state, all.map(this::staying), partition);
                CloseableIterator<DataFileStatus> written = engine.getParquetHandler()
                        .writeParquetFiles(context.getTargetDirectory(), physical, statistics);
                CloseableIterator<Row> adds = Transaction.generateAppendActions(engine, state, written, context)) {
            adds.forEachRemaining(actions::add);
        }
    }

    private FilteredColumnarBatch staying(FilteredColumnarBatch batch) {
        ColumnarBatch data = batch.getData();
        ColumnVector topics = data.getColumnVector(data.getSchema().indexOf(AddedColumn.TOPIC.columnName()));
        ColumnVector numbers = data.getColumnVector(data.getSchema().indexOf(AddedColumn.PARTITION.columnName()));
        ColumnVector places = data.getColumnVector(data.getSchema().indexOf(AddedColumn.OFFSET.columnName()));
        boolean[] stays = new boolean[data.getSize()];
        for (int row = 0; row < stays.length; row++) {
            stays[row] = LogScan.isSelected(batch, row)
                    && !goes(LogValues.value(topics, row) + "-" + LogValues.value(numbers, row), (Long)
                            LogValues.value(places, row));
        }
        return new FilteredColumnarBatch(data, Optional.of(new Selection(stays)));
    }

    @Override
    public void commit() {
        Transaction staged = transaction;
        if (staged == null) {
            throw new IllegalStateException("the cut of " + table + " was not staged");
        }
        TransactionCommitResult result;
        try {
            result = staged.commit(engine, Iterators.repeatable(actions));
        } catch (KernelException | KernelEngineException e) {
            if (landed()) {
                return;
            }
            throw new IllegalStateException(
                    "the Delta table of " + table + " at " + path + " could not be set back: " + e.getMessage()
                            + ". Its rows and positions are as they were; run the command again.",
                    e);
        }
        for (PostCommitHook hook : result.getPostCommitHooks()) {
            if (hook.getType() != PostCommitHookType.CHECKPOINT) {
                try {
                    hook.threadSafeInvoke(engine);
                } catch (IOException | RuntimeException e) { // the commit stands; a later one makes up for it
                    LOG.debugf(e, "%s: %s failed", path, hook.getType());
                }
            }
        }
    }

    /** Whether the commit is there though its answer was lost. */
    private boolean landed() {
        Snapshot now = NewestSnapshot.of(path, engine);
        return positions.read(table, now, after.keySet()).equals(after);
    }
}
