package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.AsOf;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.Conditions;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.LogCuts;
import dev.duet.inspect.LogDescription;
import dev.duet.inspect.LogVersion;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.Rows;
import dev.duet.inspect.UnreachableException;
import dev.duet.order.ClockTolerance;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.types.StructField;
import io.delta.kernel.utils.FileStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the change logs of one pipeline. Each question loads what it needs: nothing is remembered but the connection to the store.
 */
public final class DeltaChangeLogs implements ChangeLogs, LogCuts, AutoCloseable {
    private final DeltaConfig config;
    private final Conditions conditions;
    private final ClockTolerance tolerance;
    private final String pipeline;
    private final Positions positions;
    private @Nullable Storage storage;

    /** Asks the store nothing yet. */
    public DeltaChangeLogs(String pipeline, DeltaConfig config, Conditions conditions, ClockTolerance tolerance) {
        this.pipeline = pipeline;
        this.config = config;
        this.conditions = conditions;
        this.tolerance = tolerance;
        this.positions = new Positions(pipeline);
    }

    /** A table, ready to be read by one thread. */
    private final class Log {
        private final TableId table;
        private final String path;
        private final TableFileIO io;
        private final Engine engine;

        Log(TableId table) throws IOException {
            Storage store = storage();
            this.table = table;
            this.path = new TablePaths(store.root(), config.table()).of(table);
            this.io = store.fileIO();
            this.engine = new DuetEngine(io);
        }

        Snapshot newest() {
            return NewestSnapshot.of(path, engine);
        }

        Snapshot at(AsOf asOf) {
            return switch (asOf) {
                case AsOf.Latest ignored -> newest();
                case AsOf.Version(long version) -> {
                    Snapshot newest = newest();
                    if (version < 0 || version > newest.getVersion()) {
                        throw new NotFoundException("there is no version " + version + " of " + table
                                + ": the newest is " + newest.getVersion());
                    }
                    yield version == newest.getVersion()
                            ? newest
                            : TableManager.loadSnapshot(path).atVersion(version).build(engine);
                }
                case AsOf.Time(Instant time) -> {
                    Snapshot newest = newest();
                    yield time.toEpochMilli() >= newest.getTimestamp(engine)
                            ? newest
                            : TableManager.loadSnapshot(path)
                                    .atTimestamp(time.toEpochMilli(), newest)
                                    .build(engine);
                }
            };
        }
    }

    @Override
    public List<TableId> tables() {
        return answer(null, () -> {
            Storage store = storage();
            return TableMark.of(pipeline, store.root(), new TablePaths(store.root(), config.table()), store.fileIO());
        });
    }

    @Override
    public LogDescription describe(TableId table, AsOf asOf) {
        return answer(table, () -> {
            Log log = new Log(table);
            Snapshot snapshot = log.at(asOf);
            Map<String, Long> shown = new TreeMap<>();
            ((SnapshotImpl) snapshot)
                    .getActiveDomainMetadataMap()
                    .forEach((domain, metadata) -> positions.show(domain, metadata.getConfiguration(), shown));
            return new LogDescription(
                    table,
                    log.path,
                    snapshot.getVersion(),
                    Instant.ofEpochMilli(snapshot.getTimestamp(log.engine)),
                    LogValues.described(snapshot.getSchema()),
                    snapshot.getPartitionColumnNames(),
                    new TreeMap<>(snapshot.getTableProperties()),
                    shown);
        });
    }

    @Override
    public List<LogVersion> history(TableId table, int limit) {
        return answer(table, () -> {
            Log log = new Log(table);
            long newest = log.newest().getVersion();
            LogVersions versions = new LogVersions(log.engine, positions);
            List<LogVersion> history = new ArrayList<>();
            for (FileStatus file : versions.files(log.io, log.path, Math.max(0, newest - limit + 1))
                    .reversed()) {
                if (history.size() < limit) {
                    history.add(versions.read(file));
                }
            }
            return history;
        });
    }

    @Override
    public void read(TableId table, AsOf asOf, String where, boolean newestFirst, Rows to) {
        answer(table, () -> {
            Log log = new Log(table);
            Snapshot snapshot = log.at(asOf);
            List<StructField> fields = LogValues.readable(snapshot.getSchema());
            Printer printer = new Printer(fields, where, to);
            LogScan scan = new LogScan(log.engine, snapshot, fields, printer.condition.ranges());
            List<Row> files = scan.files();
            for (Row file : newestFirst ? files.reversed() : files) {
                boolean more = newestFirst ? scan.readBackwards(file, printer::take) : scan.read(file, printer::take);
                if (!more) {
                    break;
                }
            }
            return true;
        });
    }

    @Override
    public long current(TableId table, AsOf asOf, List<String> key, String where, Rows to) {
        return answer(table, () -> {
            Log log = new Log(table);
            Snapshot snapshot = log.at(asOf);
            CurrentRows current = new CurrentRows(log.engine, snapshot, key, tolerance, config.readPartRows());
            Printer printer = new Printer(current.fields(), where, to);
            return current.read(row -> printer.take(row));
        });
    }

    @Override
    public Optional<Cut> of(TableId table, Map<TopicPartition, Long> from) {
        return answer(table, () -> {
            Log log = new Log(table);
            Snapshot snapshot = log.newest();
            Map<TopicPartition, StoredPosition> before = positions.read(table, snapshot, from.keySet());
            before.entrySet()
                    .removeIf(entry -> entry.getValue().next() <= from.getOrDefault(entry.getKey(), Long.MAX_VALUE));
            for (TopicPartition partition : before.keySet()) {
                if (partition.generation() > 0) {
                    throw new IllegalArgumentException(
                            "topic " + partition.topic()
                                    + " was made again, so its offsets don't tell which rows of the Delta log would come again");
                }
            }
            Map<TopicPartition, Long> behind = new HashMap<>(from);
            behind.keySet().retainAll(before.keySet());
            return behind.isEmpty()
                    ? Optional.<Cut>empty()
                    : Optional.of(new LogCut(table, log.path, log.engine, snapshot, positions, before, behind));
        });
    }

    /** Gives rows as text to the one who asked. */
    private final class Printer {
        private final Rows to;
        private final Conditions.Condition condition;
        private final List<Function<Object, String>> texts;

        Printer(List<StructField> fields, String where, Rows to) {
            List<Column> columns = fields.stream().map(LogValues::column).toList();
            this.to = to;
            this.condition = conditions.of(where, columns);
            this.texts = columns.stream()
                    .map(column -> LogValues.text(column.type()))
                    .toList();
            to.columns(fields.stream()
                    .map(field -> new LogColumn(
                            field.getName(),
                            LogValues.name(field.getDataType()),
                            field.isNullable(),
                            LogValues.isAdded(field.getName())))
                    .toList());
        }

        boolean take(@Nullable Object[] values) {
            return take(dev.duet.change.Row.of(values));
        }

        boolean take(dev.duet.change.Row row) {
            if (!condition.test(row)) {
                return true;
            }
            List<@Nullable String> text = new ArrayList<>(row.size());
            for (int i = 0; i < row.size(); i++) {
                Object value = row.get(i);
                text.add(value == null ? null : texts.get(i).apply(value));
            }
            return to.row(text);
        }
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private <T> T answer(@Nullable TableId table, Question<T> question) {
        String where = table == null ? "the Delta store" : "the Delta table of " + table;
        try {
            return question.ask();
        } catch (NotFoundException | UnreachableException | IllegalArgumentException e) {
            throw e;
        } catch (TableNotFoundException e) {
            throw new NotFoundException("there is no Delta table of " + table + " below "
                    + config.root().orElse("") + "; this pipeline has made " + tables());
        } catch (KernelException e) {
            throw new NotFoundException(where + ": " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            throw failure(where, e);
        }
    }

    private static RuntimeException failure(String where, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileNotFoundException) {
                return new NotFoundException(where + ": a file of this version is gone (VACUUM by another engine, or an"
                        + " expired log): " + cause.getMessage());
            }
        }
        if (DeltaErrors.retriable(failure, where) != null) {
            Throwable root = failure;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return new UnreachableException(where + ": the store does not answer as it should: " + root.getMessage());
        }
        return failure instanceof RuntimeException defect ? defect : new IllegalStateException(where, failure);
    }

    private synchronized Storage storage() throws IOException {
        if (storage == null) {
            storage = Storage.open(config);
        }
        return storage;
    }

    @Override
    public synchronized void close() throws IOException {
        if (storage != null) {
            storage.close();
            storage = null;
        }
    }
}
