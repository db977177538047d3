package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.failpoint.FailPoint;
import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.hook.PostCommitHook.PostCommitHookType;
import io.delta.kernel.transaction.CreateTableTransactionBuilder;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.types.StructType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The log of one table: its newest known snapshot, and the upkeep after a commit. Used by one thread at a time, except for
 * {@link #markStale}.
 *
 * <p>Commits stay equally cheap over any number of versions because the snapshot after an own commit is kept, each version gets its
 * checksum file (which holds all positions), and the snapshot is loaded anew after each checkpoint (it would only grow).
 */
final class OpenTable {
    private static final Logger LOG = Logger.getLogger(OpenTable.class);
    private static final String SOURCE_PROPERTY = "duet.source";

    private final TableId table;
    private final String path;
    private final String engineInfo;
    private final TableFileIO io;
    private final Engine engine;
    private final boolean byDate;
    private final int checkpointInterval;
    private @Nullable Snapshot snapshot;
    private volatile boolean stale;
    private boolean upkeepFailed;

    OpenTable(TableId table, String path, TableFileIO io, DeltaConfig config, String engineInfo) {
        this.table = table;
        this.path = path;
        this.engineInfo = engineInfo;
        this.io = io;
        this.engine = new DuetEngine(io);
        this.byDate = config.partitionBy().equals(AddedColumn.DATE.columnName());
        this.checkpointInterval = config.checkpointInterval();
    }

    Engine engine() {
        return engine;
    }

    /** The table for messages. */
    String where() {
        return "Delta table " + table + " at " + path;
    }

    /** The next {@link #snapshot} is loaded anew. */
    void markStale() {
        stale = true;
    }

    /** The newest snapshot that is known, loaded if there is none; empty if the table does not exist. */
    Optional<Snapshot> snapshot() {
        if (stale) {
            stale = false;
            snapshot = null;
        }
        if (snapshot == null) {
            return reload();
        }
        return Optional.of(snapshot);
    }

    /** The table's newest snapshot, from the store; empty if the table does not exist. */
    Optional<Snapshot> reload() {
        snapshot = null;
        try {
            Snapshot loaded = TableManager.loadSnapshot(path).build(engine);
            checkUsable(loaded);
            snapshot = loaded;
            return Optional.of(loaded);
        } catch (TableNotFoundException e) {
            return Optional.empty();
        }
    }

    private void checkUsable(Snapshot loaded) {
        String source = loaded.getTableProperties().getOrDefault(SOURCE_PROPERTY, table.toString());
        if (!source.equals(table.toString())) {
            throw new TableStoppedException(
                    table,
                    where() + " is the change log of " + source
                            + ". Two source tables must not share a path: put {schema}"
                            + " into duet.delta.table, or use another root.");
        }
        if (!loaded.getProtocol().getWriterFeatures().contains("domainMetadata")) {
            throw new TableStoppedException(
                    table,
                    where() + " can't hold Duet's positions: it was not created by Duet and lacks the table feature"
                            + " domainMetadata. Run ALTER TABLE ... SET TBLPROPERTIES"
                            + " ('delta.feature.domainMetadata' = 'supported'), or move the table away.");
        }
        List<String> partitioning = loaded.getPartitionColumnNames();
        if (!partitioning.isEmpty() && !partitioning.equals(List.of(AddedColumn.DATE.columnName()))) {
            throw new TableStoppedException(
                    table,
                    where() + " is partitioned by " + partitioning + ", but Duet writes tables that are partitioned by "
                            + AddedColumn.DATE.columnName() + " or not at all. Move the table away so that Duet creates"
                            + " it anew.");
        }
    }

    /** Creates the table, unless another writer was faster: then its table is loaded. */
    Snapshot create(TableSchema source) {
        StructType schema = Schemas.create(source, byDate);
        CreateTableTransactionBuilder builder = TableManager.buildCreateTableTransaction(path, schema, engineInfo)
                .withTableProperties(Map.of(
                        "delta.feature.domainMetadata",
                        "supported",
                        "delta.checkpointInterval",
                        Integer.toString(checkpointInterval),
                        SOURCE_PROPERTY,
                        table.toString()))
                .withMaxRetries(0);
        if (byDate) {
            builder = builder.withDataLayoutSpec(
                    DataLayoutSpec.partitioned(List.of(new Column(AddedColumn.DATE.columnName()))));
        }
        try {
            Transaction transaction = builder.build(engine);
            FailPoint.TABLE_CREATING.reached();
            committed(transaction.commit(engine, Iterators.repeatable(List.of())));
        } catch (KernelException lost) {
            return reload().orElseThrow(() -> lost);
        }
        FailPoint.TABLE_CREATED.reached();
        return snapshot().orElseThrow(() -> new IllegalStateException(where() + " vanished after it was created"));
    }

    /** A transaction that takes exactly the version after the snapshot's, or fails. */
    Transaction begin(Snapshot on) {
        return on.buildUpdateTableTransaction(engineInfo, Operation.STREAMING_UPDATE)
                .withMaxRetries(0)
                .build(engine);
    }

    /** Takes over an own commit and does what is due after it. Never fails: the commit stands. */
    void committed(TransactionCommitResult result) {
        boolean checkpointDue = false;
        for (PostCommitHook hook : result.getPostCommitHooks()) {
            if (hook.getType() == PostCommitHookType.CHECKPOINT) {
                checkpointDue = true;
            } else {
                FailPoint.CHECKSUM_WRITING.reached();
                attempt(hook.getType().name(), result.getVersion(), () -> hook.threadSafeInvoke(engine));
                FailPoint.CHECKSUM_WRITTEN.reached();
            }
        }
        snapshot = result.getPostCommitSnapshot().orElse(null);
        if (checkpointDue) {
            FailPoint.CHECKPOINT_WRITING.reached();
            // Not Kernel's own hook: only a newest snapshot's checkpoint also cleans the log (delta-io/delta#7205).
            attempt(
                    "CHECKPOINT",
                    result.getVersion(),
                    () -> TableManager.loadSnapshot(path).build(engine).writeCheckpoint(engine));
            FailPoint.CHECKPOINT_WRITTEN.reached();
            markStale();
        }
        io.forget();
    }

    /** The commit is durable already: upkeep that fails is made up for by a later one, and must not fail the batch. */
    private void attempt(String what, long version, Upkeep upkeep) {
        try {
            upkeep.run();
        } catch (IOException | RuntimeException e) {
            if (!upkeepFailed) {
                LOG.warnf(e, "%s, version %d: %s failed; the commit stands. Logged once.", where(), version, what);
            }
            upkeepFailed = true;
        }
    }

    /** Drops what a failed write has left in memory. */
    void forget() {
        io.forget();
    }

    private interface Upkeep {
        void run() throws IOException;
    }
}
