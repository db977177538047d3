package dev.duet.delta;

import dev.duet.inspect.LogAt;
import dev.duet.inspect.LogField;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.UnreachableException;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.types.StructType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A change log at one version, read as keys and hashes. */
final class ComparedLog implements LogAt {
    /** Taken for a file without statistics. */
    private static final long ROWS_OF_FILE = 100_000;

    private final String path;
    private final Engine engine;
    private final @Nullable Snapshot snapshot;
    private final Set<String> without;
    private final Map<String, Integer> partitions;
    private final Set<String> files = new HashSet<>();
    private LogShape shape = LogShape.none();
    private long changes;
    private long foreign;

    /** @param without the files that are not read */
    private ComparedLog(String path, Engine engine, Set<String> without, Map<String, Integer> partitions) {
        this.path = path;
        this.engine = engine;
        this.without = without;
        this.partitions = partitions;
        this.snapshot = load();
        reading(this::list);
    }

    /** @throws UnreachableException if the store does not answer, or the log can't be read */
    static ComparedLog open(String path, Engine engine, NonFiniteForm nonFinite, List<MirrorColumn> mirror) {
        ComparedLog log = new ComparedLog(path, engine, Set.of(), new HashMap<>());
        log.reading(() -> log.shape = LogShape.of(log.schema(), mirror, nonFinite));
        return log;
    }

    @Override
    public LogAt newer() {
        Set<String> known = new HashSet<>(without);
        known.addAll(files);
        ComparedLog newer = new ComparedLog(path, engine, known, partitions);
        newer.shape = shape;
        return newer;
    }

    private @Nullable Snapshot load() {
        try {
            return NewestSnapshot.of(path, engine);
        } catch (TableNotFoundException e) {
            return null;
        } catch (UnreachableException | NotFoundException e) {
            throw e;
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private interface Reading {
        void run() throws IOException;
    }

    private void reading(Reading reading) {
        try {
            if (snapshot != null) {
                reading.run();
            }
        } catch (UnreachableException | NotFoundException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // of a damaged file the Parquet library says so in many ways
            throw unreadable(e);
        }
    }

    private UnreachableException unreadable(Exception e) {
        return new UnreachableException("the Delta table at " + path + " can't be read: " + e.getMessage());
    }

    private SnapshotRows scan() {
        return new SnapshotRows(engine, Objects.requireNonNull(snapshot));
    }

    private StructType schema() {
        return Objects.requireNonNull(snapshot).getSchema();
    }

    private void list() throws IOException {
        scan().files(file -> {
            if (!without.contains(file.getPath())) {
                files.add(file.getPath());
                changes += file.getNumRecords().orElse(ROWS_OF_FILE);
            }
        });
    }

    @Override
    public long version() {
        return snapshot == null ? -1 : snapshot.getVersion();
    }

    @Override
    public boolean madeAgain() {
        return snapshot != null && CurrentRows.madeAgain(snapshot);
    }

    @Override
    public long changes() {
        return changes;
    }

    @Override
    public List<LogField> fields() {
        return shape.fields();
    }

    @Override
    public List<NotCompared> notCompared() {
        List<NotCompared> all = new ArrayList<>(shape.notCompared());
        if (foreign > 0) {
            all.add(new NotCompared("*", "delta", foreign + " rows that Duet did not write are left out"));
        }
        return all;
    }

    /** The rows are hashed by each thread for itself, and handed on by one at a time. */
    private void take(LogRows rows, FilteredColumnarBatch batch, Consumer<LoggedChange> to) {
        List<@Nullable LoggedChange> taken = new ArrayList<>(batch.getData().getSize());
        for (int row = 0; row < batch.getData().getSize(); row++) {
            if (LogScan.isSelected(batch, row)) {
                taken.add(rows.change(batch.getData(), row));
            }
        }
        synchronized (this) {
            for (LoggedChange change : taken) {
                if (change == null) {
                    foreign++;
                } else {
                    to.accept(change);
                }
            }
        }
    }

    @Override
    public void read(Consumer<LoggedChange> to) {
        reading(() -> {
            LogRows rows = new LogRows(shape, schema(), partitions);
            scan().read(rows.schema(), without, batch -> take(rows, batch, to));
        });
    }
}
