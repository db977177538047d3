package dev.duet.delta;

import dev.duet.inspect.LogAt;
import dev.duet.inspect.LogField;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.UnreachableException;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        log.reading(() -> log.shape = LogShape.of(log.schema(), mirror, log.leftOut(), nonFinite));
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
        } catch (IllegalArgumentException | KernelException | UncheckedIOException e) {
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
        } catch (IOException | KernelException | UncheckedIOException e) {
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

    /** The columns that some update has left out. */
    private Set<String> leftOut() throws IOException {
        Set<String> names = new HashSet<>();
        StructField unchanged = LogShape.field(schema(), AddedColumn.UNCHANGED.columnName());
        if (unchanged != null) {
            scan().rows(new StructType().add(unchanged), Set.of(), (batch, row) -> {
                ColumnVector vector = batch.getColumnVector(0);
                if (!vector.isNullAt(row)) {
                    names.addAll(LogRows.names(vector, row));
                }
            });
        }
        return names;
    }

    @Override
    public long version() {
        return snapshot == null ? -1 : snapshot.getVersion();
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

    @Override
    public void read(Consumer<LoggedChange> to) {
        reading(() -> {
            LogRows rows = new LogRows(shape, schema(), partitions);
            scan().rows(rows.schema(), without, (batch, row) -> {
                LoggedChange change = rows.change(batch, row);
                if (change == null) {
                    foreign++;
                } else {
                    to.accept(change);
                }
            });
        });
    }
}
