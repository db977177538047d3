package dev.duet.delta;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads some columns of a snapshot's files, several at once: most of the time goes to the store's answers. */
final class SnapshotRows {
    /** Files that are read at once. Each takes the memory of one batch of rows. */
    private static final int AT_ONCE = 8;

    private final Engine engine;
    private final Snapshot snapshot;
    private final int atOnce;

    SnapshotRows(Engine engine, Snapshot snapshot) {
        this(engine, snapshot, AT_ONCE);
    }

    SnapshotRows(Engine engine, Snapshot snapshot, int atOnce) {
        this.engine = engine;
        this.atOnce = atOnce;
        this.snapshot = snapshot;
    }

    /** Takes a batch. Called by several threads at once. */
    interface Batches {
        void take(FilteredColumnarBatch batch);
    }

    /** Hands on each file of the snapshot, with what its statistics say. */
    void files(Consumer<AddFile> to) throws IOException {
        LogScan.files(engine, snapshot.getScanBuilder().build(), file -> to.accept(LogScan.added(file)));
    }

    /**
     * Reads the rows of the files; blocks until all are read, or one can't be.
     *
     * @param schema the columns
     * @param without paths of files that are not read
     */
    void read(StructType schema, Set<String> without, Batches to) throws IOException {
        Scan scan = snapshot.getScanBuilder().withReadSchema(schema).build();
        Deque<Row> files = new ConcurrentLinkedDeque<>();
        LogScan.files(engine, scan, file -> {
            if (!without.contains(LogScan.added(file).getPath())) {
                files.add(file);
            }
        });
        int threads = Math.min(atOnce, files.size());
        if (threads == 0) {
            return;
        }
        List<Future<?>> readers = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            try {
                for (int i = 0; i < threads; i++) {
                    readers.add(executor.submit(() -> {
                        for (Row file = files.poll(); file != null; file = files.poll()) {
                            read(scan, file, to);
                        }
                        return null;
                    }));
                }
                for (Future<?> reader : readers) {
                    reader.get();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while reading a log's files");
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            } finally {
                files.clear(); // the readers end after the file that each is at
            }
        }
    }

    private static IOException rethrown(@Nullable Throwable failure) {
        return switch (failure) {
            case RuntimeException known -> throw known;
            case Error defect -> throw defect;
            case IOException known -> known;
            case null, default -> new IOException(failure);
        };
    }

    private void read(Scan scan, Row file, Batches to) throws IOException {
        try (CloseableIterator<FilteredColumnarBatch> batches = LogScan.open(engine, scan, file)) {
            while (batches.hasNext()) {
                to.take(batches.next());
            }
        }
    }
}
