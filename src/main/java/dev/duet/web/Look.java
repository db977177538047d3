package dev.duet.web;

import dev.duet.change.TableId;
import dev.duet.inspect.AsOf;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.LogDescription;
import dev.duet.inspect.LogVersion;
import dev.duet.inspect.Mirrors;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.Rows;
import dev.duet.inspect.UnreachableException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A look into the two copies of a table. Blocks. Each part is there or says why not; few looks at a time, since each asks the stores. */
@Singleton
final class Look {
    private static final Logger LOG = Logger.getLogger(Look.class);
    private static final int AT_A_TIME = 2;
    private static final int VERSIONS = 30;
    private static final int ROWS = 20;
    private static final int LONGEST_VALUE = 200;

    private final Instance<ChangeLogs> logs;
    private final Instance<Mirrors> mirrors;
    private final WebConfig config;
    private final Semaphore free = new Semaphore(AT_A_TIME);

    Look(Instance<ChangeLogs> logs, Instance<Mirrors> mirrors, WebConfig config) {
        this.logs = logs;
        this.mirrors = mirrors;
        this.config = config;
    }

    Map<String, @Nullable Object> at(TableId table) {
        if (!free.tryAcquire()) {
            return Json.object("unavailable", "Others are looking into the tables right now; try again in a moment.");
        }
        try {
            return Json.object(
                    "log",
                    part(logs, of -> log(of.describe(table, new AsOf.Latest()))),
                    "versions",
                    part(
                            logs,
                            of -> Json.object(
                                    "versions",
                                    of.history(table, VERSIONS).stream()
                                            .map(Look::version)
                                            .toList())),
                    "logRows",
                    rows(logs, (of, to) -> of.read(table, new AsOf.Latest(), "", true, to)),
                    "mirrorRows",
                    rows(mirrors, (of, to) -> of.sample(table, ROWS, to)));
        } finally {
            free.release();
        }
    }

    private interface Ask<T, R> {
        R of(T port);
    }

    private interface Read<T> {
        void rows(T port, Rows to);
    }

    private <T> Map<String, @Nullable Object> rows(Instance<T> port, Read<T> read) {
        if (!config.rows()) {
            return Json.object("unavailable", "Rows are not shown (duet.web.rows is false).");
        }
        return part(port, of -> {
            Page page = new Page();
            read.rows(of, page);
            return Json.object("columns", page.columns, "rows", page.rows);
        });
    }

    private static <T> Map<String, @Nullable Object> part(Instance<T> port, Ask<T, Map<String, @Nullable Object>> ask) {
        if (port.isUnsatisfied()) {
            return Json.object("unavailable", "Not available in this build.");
        }
        Supplier<Map<String, @Nullable Object>> answer = () -> ask.of(port.get());
        try {
            return answer.get();
        } catch (NotFoundException | UnreachableException | IllegalArgumentException e) {
            return Json.object("unavailable", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.warnf(e, "event=look-failed");
            return Json.object("unavailable", "The look failed; the log says why.");
        }
    }

    private static Map<String, @Nullable Object> log(LogDescription log) {
        return Json.object(
                "path",
                log.path(),
                "version",
                log.version(),
                "committedAt",
                log.committedAt().toString(),
                "columns",
                log.columns().stream().map(Look::column).toList(),
                "partitionColumns",
                log.partitionColumns(),
                "positions",
                log.positions());
    }

    private static Map<String, @Nullable Object> column(LogColumn column) {
        return Json.object(
                "name", column.name(), "type", column.type(), "nullable", column.nullable(), "added", column.added());
    }

    private static Map<String, @Nullable Object> version(LogVersion version) {
        return Json.object(
                "version",
                version.version(),
                "committedAt",
                version.committedAt().toString(),
                "operation",
                version.operation(),
                "engine",
                version.engine(),
                "filesAdded",
                version.filesAdded(),
                "filesRemoved",
                version.filesRemoved(),
                "rowsAdded",
                version.rowsAdded() < 0 ? null : version.rowsAdded(),
                "bytesAdded",
                version.bytesAdded(),
                "schemaChanged",
                version.schemaChanged(),
                "positions",
                version.positions());
    }

    /** The first rows, long values cut. */
    private static final class Page implements Rows {
        final List<String> columns = new ArrayList<>();
        final List<List<@Nullable String>> rows = new ArrayList<>();

        @Override
        public void columns(List<LogColumn> of) {
            of.forEach(column -> columns.add(column.name()));
        }

        @Override
        public boolean row(List<@Nullable String> values) {
            List<@Nullable String> row = new ArrayList<>();
            for (String value : values) {
                row.add(
                        value == null || value.length() <= LONGEST_VALUE
                                ? value
                                : value.substring(0, LONGEST_VALUE) + "…");
            }
            rows.add(row);
            return rows.size() < ROWS;
        }
    }
}
