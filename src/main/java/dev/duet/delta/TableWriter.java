package dev.duet.delta;

import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.LedgerBrokenException;
import dev.duet.delivery.RetriableException;
import dev.duet.failpoint.FailPoint;
import io.delta.kernel.DataWriteContext;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.CommitStateUnknownException;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.statistics.DataFileStatistics;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes one table's share of a batch: rows and positions in one commit, or nothing. Used by one thread at a time.
 *
 * <p>The positions are read from the very snapshot that the transaction stands on, and the transaction takes exactly the next
 * version or fails, so moving a position is a compare-and-set. When a commit fails, the table itself says what happened:
 *
 * <pre>
 * the positions in a fresh snapshot   what happened                            what follows
 * as before                           another writer took the version for      the same files are committed on the
 *                                     other partitions, or nothing landed      fresh snapshot
 * as this commit sets them            it landed, the answer was lost           done
 * anything else                       another writer has these partitions      PositionMovedException
 * (can't be read)                     unknown                                  RetriableException
 * </pre>
 *
 * <p>If the process dies before the commit, files are left that belong to no version; readers don't see them. If it dies after it,
 * the next writer finds the positions moved and skips.
 */
final class TableWriter {
    /** With a random pause of up to 20, 40, 80 ... 2000 ms after each, about 10 s on average. */
    private static final int COMMIT_TRIES = 16;

    private static final int FIRST_PAUSE_MS = 20;
    private static final int LONGEST_PAUSE_MS = 2000;

    private final TableId table;
    private final OpenTable log;
    private final Positions positions;
    private final KnownPositions known;
    private final String writer;
    private final SchemaPolicy.ByTable policies;
    private final SchemaCommit schemas;
    private @Nullable StructType layoutsFor;
    private final List<Layout> layouts = new ArrayList<>();

    TableWriter(
            TableId table,
            OpenTable log,
            Positions positions,
            KnownPositions known,
            String writer,
            SchemaPolicy.ByTable policies) {
        this.policies = policies;
        this.schemas = new SchemaCommit(log);
        this.table = table;
        this.log = log;
        this.positions = positions;
        this.known = known;
        this.writer = writer;
    }

    OpenTable log() {
        return log;
    }

    /**
     * Writes what the table has not got. Blocks.
     *
     * @return what became of the share's changes
     */
    Map<TopicPartition, Append.Counts> write(TableShare share) {
        try {
            return writeFitting(share);
        } catch (UnfitSchema e) {
            // What lies before it in the stream is written: else it would no longer fit once the table is made to fit
            // this.
            TableShare before = share.before(e.schema());
            if (!before.links().isEmpty()) {
                var unused = write(before);
            }
            throw e.stop();
        }
    }

    private Map<TopicPartition, Append.Counts> writeFitting(TableShare share) {
        try {
            Snapshot snapshot = snapshot(share);
            for (int i = 1; ; i++) {
                Map<TopicPartition, StoredPosition> stored = positions.read(table, snapshot, share.partitions());
                known.checkNotSetBack(table, log.where(), share.links(), stored);
                known.check(table, log.where(), share.partitions(), stored);
                Append append = Append.of(share, stored, writer);
                StructType needed = schemas.needed(snapshot.getSchema(), append, policies.of(share.source()));
                if (needed.equals(snapshot.getSchema())) {
                    if (!append.isEmpty()) {
                        commit(snapshot, append, share);
                        log.checkLog();
                    }
                    known.learn(table, share.partitions(), stored);
                    return append.counts();
                }
                if (i > COMMIT_TRIES) {
                    throw new RetriableException(log.where() + ": " + COMMIT_TRIES
                            + " attempts to change the schema failed. Other writers are"
                            + " faster or the store fails; the batch is tried again.");
                }
                // The positions are read again: from the very snapshot that the rows are committed on.
                snapshot = schemas.put(snapshot, needed);
            }
        } catch (UnfitSchema e) {
            log.markStale();
            throw e;
        } catch (RuntimeException | IOException e) {
            // Whatever failed: what is in memory may be behind the table now.
            log.markStale();
            throw DeltaErrors.of(e, table, log.where());
        } finally {
            log.forget();
        }
    }

    private Snapshot snapshot(TableShare share) throws IOException {
        Optional<Snapshot> existing = log.snapshot();
        if (existing.isPresent()) {
            return existing.get();
        }
        known.check(table, log.where(), share.partitions(), Map.of());
        Snapshot created =
                log.create(share.links().getFirst().changes().getFirst().schema());
        known.created(table);
        return created;
    }

    private void commit(Snapshot first, Append append, TableShare share) throws IOException {
        Transaction transaction = log.begin(first);
        List<Row> files = stage(first, transaction, append);
        for (int i = 1; ; i++) {
            RuntimeException failure = attempt(transaction, files, append);
            if (failure == null) {
                known.moved(table, append.moved());
                return;
            }
            Snapshot now = log.reload().orElseThrow(() -> KnownPositions.moved(log.where(), share.partitions()));
            Map<TopicPartition, StoredPosition> shown =
                    positions.read(table, now, append.moved().keySet());
            switch (append.judge(shown)) {
                case LANDED -> {
                    known.moved(table, append.moved());
                    return;
                }
                case MOVED -> throw KnownPositions.moved(log.where(), append.movedByOthers(shown));
                case UNMOVED -> transaction = again(i, first, now, failure);
            }
        }
    }

    /** Null if the commit landed, else the failure, after which the table must be asked. */
    private @Nullable RuntimeException attempt(Transaction transaction, List<Row> files, Append append) {
        append.moved()
                .forEach((partition, position) ->
                        transaction.addDomainMetadata(positions.domain(partition), position.json()));
        TransactionCommitResult result;
        FailPoint.LOG_PUTTING.reached();
        try {
            result = transaction.commit(log.engine(), Iterators.repeatable(files));
        } catch (KernelException | KernelEngineException | CommitStateUnknownException e) {
            return e;
        }
        FailPoint.LOG_PUT.reached();
        log.committed(result);
        return null;
    }

    private Transaction again(int tries, Snapshot first, Snapshot now, RuntimeException failure) {
        if (!sameTable(first, now)) {
            throw new RetriableException(
                    log.where()
                            + ": another writer changed the table's schema or properties while Duet wrote. The batch"
                            + " is written again.",
                    failure);
        }
        if (tries == COMMIT_TRIES) {
            throw new RetriableException(
                    log.where() + ": " + tries + " attempts to commit failed, the last on version " + now.getVersion()
                            + ": " + failure.getMessage() + ". Other writers are faster or the store fails; the batch"
                            + " is tried again.",
                    failure);
        }
        pause(tries);
        return log.begin(now);
    }

    /** Whether files that were written for one snapshot may be committed on another. */
    private static boolean sameTable(Snapshot first, Snapshot now) {
        return first.getMetadata().getId().equals(now.getMetadata().getId())
                && first.getSchema().equals(now.getSchema())
                && first.getPartitionColumnNames().equals(now.getPartitionColumnNames())
                && first.getTableProperties().equals(now.getTableProperties());
    }

    /** Random, so that writers who met once don't meet again. */
    private void pause(int tries) {
        int longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(tries - 1, 10));
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(longest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetriableException(log.where() + ": interrupted while waiting to commit again", e);
        }
    }

    /** Writes the Parquet files and returns the actions that add them. */
    private List<Row> stage(Snapshot snapshot, Transaction transaction, Append append) throws IOException {
        boolean byDate = !snapshot.getPartitionColumnNames().isEmpty();
        Row state = transaction.getTransactionState(log.engine());
        List<Row> files = new ArrayList<>();
        long rows = 0;
        for (Append.Group group : append.groups(byDate)) {
            Map<String, Literal> partition =
                    byDate ? Map.of(AddedColumn.DATE.columnName(), Literal.ofDate(group.epochDay())) : Map.of();
            rows += write(state, partition, layout(group.schema(), snapshot.getSchema()), group, files);
        }
        if (rows != append.rows()) {
            throw new LedgerBrokenException(
                    append.moved().keySet(), append.rows() + " rows are new, the files for them hold " + rows);
        }
        return files;
    }

    /** Returns the number of rows in the files, as their footers tell. */
    private long write(Row state, Map<String, Literal> partition, Layout layout, Append.Group group, List<Row> files)
            throws IOException {
        Engine engine = log.engine();
        FilteredColumnarBatch batch = new FilteredColumnarBatch(layout.batch(group.changes()), Optional.empty());
        Iterator<FilteredColumnarBatch> one = List.of(batch).iterator();
        DataWriteContext context = Transaction.getWriteContext(engine, state, partition);
        AtomicLong rows = new AtomicLong();
        try (CloseableIterator<FilteredColumnarBatch> physical =
                        Transaction.transformLogicalData(engine, state, Iterators.closeable(one), partition);
                CloseableIterator<DataFileStatus> written = engine.getParquetHandler()
                        .writeParquetFiles(context.getTargetDirectory(), physical, layout.statisticsColumns());
                CloseableIterator<Row> actions = Transaction.generateAppendActions(
                        engine, state, written.map(file -> counted(file, rows)), context)) {
            actions.forEachRemaining(files::add);
        }
        return rows.get();
    }

    private static DataFileStatus counted(DataFileStatus file, AtomicLong rows) {
        rows.addAndGet(file.getStatistics()
                .map(DataFileStatistics::getNumRecords)
                .orElseThrow(() -> new IllegalStateException("a data file without a row count")));
        return file;
    }

    /** Checks a schema against the table once for each instance. */
    private Layout layout(TableSchema source, StructType target) {
        if (!target.equals(layoutsFor)) {
            layouts.clear();
            layoutsFor = target;
        }
        for (Layout layout : layouts) {
            if (layout.source() == source || layout.source().equals(source)) {
                return layout;
            }
        }
        Layout layout = Layout.of(source, target, log.path(), log.nonFinite());
        layouts.add(layout);
        return layout;
    }
}
