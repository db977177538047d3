package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import dev.duet.failpoint.FailPoint;
import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.hook.PostCommitHook.PostCommitHookType;
import io.delta.kernel.transaction.CreateTableTransactionBuilder;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.types.StructType;
import java.io.FileNotFoundException;
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
    private final TableId source;
    private final String path;
    private final String engineInfo;
    private final TableFileIO io;
    private final Engine engine;
    private final boolean byDate;
    private final int checkpointInterval;
    private final Restores restores;
    private final TableMark mark;
    private final long checkNanos;
    private final NonFiniteForm nonFinite;
    private @Nullable Snapshot snapshot;
    private volatile boolean stale;
    private boolean upkeepFailed;
    /** The newest version that was committed or loaded here; -1 before. */
    private volatile long version = -1;
    /** The last version that is known to be Duet's; -1 if none is. */
    private long lastOwn = -1;
    /** A version whose file was there when it was looked at last. */
    private long witness = -1;

    private long witnessedNanos;

    OpenTable(
            TableId table,
            TableId source,
            String path,
            TableFileIO io,
            TableMark mark,
            DeltaConfig config,
            String engineInfo) {
        this.table = table;
        this.source = source;
        this.path = path;
        this.engineInfo = engineInfo;
        this.io = io;
        this.engine = new DuetEngine(io);
        this.byDate = config.partitionBy().equals(AddedColumn.DATE.columnName());
        this.checkpointInterval = config.checkpointInterval();
        this.restores = new Restores(table, path, io);
        this.mark = mark;
        this.checkNanos = config.logCheckInterval().toNanos();
        this.nonFinite = NonFiniteForm.of(config);
    }

    Engine engine() {
        return engine;
    }

    /** Under the name that its path is made of. */
    TableId table() {
        return table;
    }

    /** Its path in the store. */
    String path() {
        return path;
    }

    /** The source table that it belongs to. */
    TableId source() {
        return source;
    }

    /** What becomes of values that the table's types can't hold. */
    NonFiniteForm nonFinite() {
        return nonFinite;
    }

    /** The newest version that was committed or loaded here, on any thread; -1 if none was. */
    long version() {
        return version;
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
    Optional<Snapshot> snapshot() throws IOException {
        if (stale) {
            stale = false;
            snapshot = null;
        }
        if (snapshot == null) {
            return reload();
        }
        return Optional.of(snapshot);
    }

    /**
     * The table's newest snapshot, from the store; empty if the table does not exist.
     *
     * @throws TableStoppedException if it is not fit to be written, or was set back
     */
    Optional<Snapshot> reload() throws IOException {
        snapshot = null;
        try {
            Snapshot loaded = load();
            checkUsable(loaded);
            lastOwn = restores.check(loaded, lastOwn);
            mark.set();
            witness(loaded.getVersion());
            snapshot = loaded;
            version = loaded.getVersion();
            return Optional.of(loaded);
        } catch (TableNotFoundException e) {
            lastOwn = -1;
            return Optional.empty();
        }
    }

    /** @throws RetriableException if another writer has made a version while the log was listed */
    private Snapshot load() {
        try {
            return NewestSnapshot.of(path, engine);
        } catch (IllegalArgumentException e) {
            if (NewestSnapshot.isOvertaken(e)) {
                throw new RetriableException(where() + ": another writer was faster than the listing of the log", e);
            }
            throw e;
        }
    }

    private void witness(long version) {
        witness = version;
        witnessedNanos = System.nanoTime();
    }

    /**
     * After an own commit: looks now and then whether the log still begins before it. A version is created only if it is not there, so
     * after the folder was deleted the next one would be created all the same, as an orphan that no reader can read.
     *
     * @throws TableStoppedException if what the commit stands on is gone
     */
    void checkLog() {
        long since = witness;
        Snapshot newest = snapshot;
        if (newest == null || System.nanoTime() - witnessedNanos < checkNanos) {
            return;
        }
        try {
            if (since < newest.getVersion() && isMissing(since)) {
                // Expired under a checkpoint, perhaps: then the table can be loaded.
                Snapshot unused = load();
            }
            witness(newest.getVersion());
        } catch (KernelException e) {
            throw new TableStoppedException(
                    table,
                    where() + ": the log lost version " + since + " while Duet wrote version " + newest.getVersion()
                            + ": the table's folder was deleted, and what Duet wrote since can't be read. Delete what is"
                            + " left at " + path + "; Duet then says how to go on.",
                    e);
        } catch (IOException | KernelEngineException e) {
            LOG.debugf(e, "%s: the log is looked at again later", where());
        }
    }

    private boolean isMissing(long version) throws IOException {
        try {
            return io.status(Restores.file(path, version)).getSize() < 0;
        } catch (FileNotFoundException e) {
            return true;
        }
    }

    private void checkUsable(Snapshot loaded) {
        String owner = loaded.getTableProperties().getOrDefault(SOURCE_PROPERTY, source.toString());
        if (!owner.equals(source.toString())) {
            throw new TableStoppedException(
                    table,
                    where() + " is the change log of " + owner
                            + ". Two source tables must not share a path: put {schema}"
                            + " into duet.delta.table, give it another route (duet.transform), or use another root.");
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

    /**
     * Creates the table, unless another writer was faster: then its table is loaded.
     *
     * @throws TableStoppedException if it existed and was deleted
     */
    Snapshot create(TableSchema columns) throws IOException {
        if (mark.isSet()) {
            // Unless another writer has made both since the table was looked for.
            return reload().orElseThrow(mark::gone);
        }
        StructType schema = Schemas.create(columns, byDate);
        CreateTableTransactionBuilder builder = TableManager.buildCreateTableTransaction(path, schema, engineInfo)
                .withTableProperties(Map.of(
                        "delta.feature.domainMetadata",
                        "supported",
                        "delta.checkpointInterval",
                        Integer.toString(checkpointInterval),
                        SOURCE_PROPERTY,
                        source.toString()))
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
        mark.set();
        witness(0);
        return snapshot().orElseThrow(() -> new IllegalStateException(where() + " vanished after it was created"));
    }

    /** A transaction that takes exactly the version after the snapshot's, or fails. */
    Transaction begin(Snapshot on) {
        return on.buildUpdateTableTransaction(engineInfo, Operation.STREAMING_UPDATE)
                .withMaxRetries(0)
                .build(engine);
    }

    /**
     * After an own commit of another schema: Kernel's snapshot and checksum of it have the schema of before (4.4.0), so the next one is
     * loaded, and the next commit of rows writes its checksum from the log.
     */
    void schemaCommitted(TransactionCommitResult result) {
        lastOwn = result.getVersion();
        version = result.getVersion();
        markStale();
        io.forget();
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
        lastOwn = result.getVersion();
        version = result.getVersion();
        if (checkpointDue) {
            FailPoint.CHECKPOINT_WRITING.reached();
            // Not Kernel's own hook: only a newest snapshot's checkpoint also cleans the log (delta-io/delta#7205).
            attempt(
                    "CHECKPOINT",
                    result.getVersion(),
                    () -> NewestSnapshot.of(path, engine).writeCheckpoint(engine));
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
