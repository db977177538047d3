package dev.duet.delta;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.Sink;
import dev.duet.delivery.TableStoppedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Appends every change to its table's change log in Delta Lake, each table's rows and positions in one commit.
 *
 * <p>The positions are kept by table: {@link #open} knows none without reading a batch. A table that stands behind a link's first
 * offset has no gap: the partition carried nothing of it meanwhile.
 *
 * <p>All work is done by the sink's own threads, {@code duet-delta-N}; stages complete there.
 */
public final class DeltaSink implements Sink, AutoCloseable {
    private static final int CLOSE_SECONDS = 20;

    private final DeltaConfig config;
    private final SchemaPolicy.ByTable policies;
    private final String pipeline;
    private final Positions positions;
    private final KnownPositions known;
    private final TablePaths paths;
    private final String writer = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
    private final String engineInfo;
    private final ExecutorService threads;
    private final Map<TableId, TableWriter> tables;
    private final Map<String, TableId> tableOfPath = new LinkedHashMap<>();
    private @Nullable Storage storage;

    DeltaSink(String pipeline, DeltaConfig config) {
        this(pipeline, config, source -> SchemaPolicy.DEFAULT);
    }

    /**
     * Checks the configuration; the store is opened by the first use.
     *
     * @param pipeline the pipeline's name: two pipelines may write one table, each has positions of its own in it
     * @param policies what is done when a source table has changed
     * @throws IllegalArgumentException if the configuration can't be used; names the key and the fix
     */
    public DeltaSink(String pipeline, DeltaConfig config, SchemaPolicy.ByTable policies) {
        if (!config.partitionBy().equals("none") && !config.partitionBy().equals(AddedColumn.DATE.columnName())) {
            throw new IllegalArgumentException(
                    "duet.delta.partition-by is '" + config.partitionBy() + "': set it to __date or none.");
        }
        this.config = config;
        this.policies = policies;
        this.pipeline = pipeline;
        this.positions = new Positions(pipeline);
        this.known = new KnownPositions(pipeline);
        this.paths = new TablePaths(Storage.root(config), config.table());
        this.engineInfo = "duet/"
                + ConfigProvider.getConfig()
                        .getOptionalValue("quarkus.application.version", String.class)
                        .orElse("dev");
        this.tables = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<TableId, TableWriter> eldest) {
                return size() > config.maxOpenTables();
            }
        };
        this.threads = Executors.newFixedThreadPool(
                Math.max(1, config.writers()),
                Thread.ofPlatform().name("duet-delta-", 0).daemon().factory());
    }

    @Override
    public String name() {
        return "delta";
    }

    /**
     * {@inheritDoc}
     *
     * <p>Always empty; the tables' positions are read anew when their next change comes. The first call also opens the store and
     * checks that it honours conditional writes: {@link IllegalStateException} if not.
     */
    @Override
    public CompletionStage<Map<TopicPartition, Position>> open(Collection<TopicPartition> partitions) {
        return run(() -> {
            storage();
            known.forget(partitions);
            writers().forEach(table -> table.log().markStale());
            return Map.of();
        });
    }

    @Override
    public CompletionStage<Map<TopicPartition, Ledger>> write(ChangeBatch batch) {
        return run(() -> {
                    storage();
                    known.checkChain(batch);
                    return TableShare.of(batch);
                })
                .thenCompose(shares -> writeAll(batch, shares));
    }

    /** The newest version of each table that this process has committed or loaded; tables that it has not touched are absent. */
    public Map<TableId, Long> versions() {
        Map<TableId, Long> versions = new HashMap<>();
        synchronized (tables) {
            tables.forEach((table, of) -> {
                if (of.log().version() >= 0) {
                    versions.put(table, of.log().version());
                }
            });
        }
        return versions;
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        known.forget(partitions);
    }

    /** Lets the write that is under way finish, for some seconds, then ends it. Later writes fail. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        closeStorage();
    }

    private CompletionStage<Map<TopicPartition, Ledger>> writeAll(ChangeBatch batch, List<TableShare> shares) {
        List<CompletableFuture<Map<TopicPartition, Append.Counts>>> writes = new ArrayList<>();
        for (TableShare share : shares) {
            writes.add(run(() -> table(share).write(share)));
        }
        return CompletableFuture.allOf(writes.toArray(new CompletableFuture<?>[0]))
                .handle((done, failed) -> ledgers(batch, writes));
    }

    /** All tables have been tried; the worst failure speaks for the write. */
    private Map<TopicPartition, Ledger> ledgers(
            ChangeBatch batch, List<CompletableFuture<Map<TopicPartition, Append.Counts>>> writes) {
        Map<TopicPartition, List<Append.Counts>> counts = new HashMap<>();
        List<Throwable> failures = new ArrayList<>();
        for (CompletableFuture<Map<TopicPartition, Append.Counts>> write : writes) {
            if (write.isCompletedExceptionally()) {
                failures.add(unwrap(write.exceptionNow()));
            } else {
                write.resultNow()
                        .forEach((partition, of) -> counts.computeIfAbsent(partition, p -> new ArrayList<>())
                                .add(of));
            }
        }
        if (!failures.isEmpty()) {
            throw new CompletionException(worst(failures));
        }
        Map<TopicPartition, Ledger> ledgers = new TreeMap<>();
        for (PartitionChanges link : batch.partitions()) {
            ledgers.put(link.partition(), ledger(link, counts.getOrDefault(link.partition(), List.of())));
            known.passed(link);
        }
        return ledgers;
    }

    /** Records without a row that lie below some table's position came with an earlier write and were counted there. */
    private static Ledger ledger(PartitionChanges link, List<Append.Counts> counts) {
        long applied = 0;
        long skipped = 0;
        long before = 0;
        for (Append.Counts count : counts) {
            applied += count.applied();
            skipped += count.skipped();
            before = Math.max(before, count.before());
        }
        int filtered = link.filtered().countFrom(before);
        int deadLettered = link.deadLettered().countFrom(before);
        long again = (link.filtered().size() - filtered) + (link.deadLettered().size() - deadLettered);
        return new Ledger(applied, skipped + again, filtered, deadLettered);
    }

    private static Throwable worst(List<Throwable> failures) {
        Set<TopicPartition> moved = new TreeSet<>();
        failures.forEach(failure -> {
            if (failure instanceof PositionMovedException of) {
                moved.addAll(of.partitions());
            }
        });
        Throwable worst = failures.stream()
                .max((a, b) -> Integer.compare(rank(a), rank(b)))
                .orElseThrow();
        if (worst instanceof PositionMovedException first && !first.partitions().equals(moved)) {
            worst = new PositionMovedException(moved, String.valueOf(first.getMessage()));
        }
        for (Throwable other : failures) {
            if (other != worst) {
                worst.addSuppressed(other);
            }
        }
        return worst;
    }

    private static int rank(Throwable failure) {
        return switch (failure) {
            case RetriableException ignored -> 0;
            case TableStoppedException ignored -> 1;
            case PositionMovedException ignored -> 2;
            default -> 3;
        };
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private <T> CompletableFuture<T> run(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new RetriableException("The Delta sink is closed.", e));
        }
    }

    private List<TableWriter> writers() {
        synchronized (tables) {
            return List.copyOf(tables.values());
        }
    }

    private TableWriter table(TableShare share) {
        Storage store = storage();
        synchronized (tables) {
            TableWriter table = tables.computeIfAbsent(share.table(), id -> {
                String path = paths.of(id);
                TableId other = tableOfPath.putIfAbsent(path, id);
                if (other != null && !other.equals(id)) {
                    throw new TableStoppedException(
                            id,
                            "Delta tables " + other + " and " + id + " would share the path " + path
                                    + ". Put {schema} into duet.delta.table.");
                }
                TableFileIO io = store.fileIO();
                TableMark mark = new TableMark(id, pipeline, store.root(), path, io);
                OpenTable log = new OpenTable(id, share.source(), path, io, mark, config, engineInfo);
                return new TableWriter(id, log, positions, known, writer, policies);
            });
            if (!table.log().source().equals(share.source())) {
                throw TableShare.shared(share.table(), table.log().source(), share.source());
            }
            return table;
        }
    }

    /** Opens and probes the store once it can be reached; until then each use tries again. */
    private synchronized Storage storage() {
        if (storage != null) {
            return storage;
        }
        Storage opened = null;
        try {
            opened = Storage.open(config);
            StorageProbe.check(opened);
            storage = opened;
            return opened;
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened, e);
            RetriableException retriable =
                    DeltaErrors.retriable(e, "Delta store " + config.root().orElse(""));
            if (retriable != null) {
                throw retriable;
            }
            throw e instanceof RuntimeException defect ? defect : new IllegalStateException(e);
        }
    }

    private static void closeQuietly(@Nullable Storage opened, Exception cause) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private synchronized void closeStorage() {
        Storage opened = storage;
        storage = null;
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            // Nothing is lost: all that was acknowledged is durable already.
            org.jboss.logging.Logger.getLogger(DeltaSink.class).debug("closing the store", e);
        }
    }
}
