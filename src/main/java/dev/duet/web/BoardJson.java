package dev.duet.web;

import dev.duet.status.Snapshot;
import dev.duet.status.Snapshot.Commit;
import dev.duet.status.Snapshot.Counts;
import dev.duet.status.Snapshot.Partition;
import dev.duet.status.Snapshot.Point;
import dev.duet.status.Snapshot.Problem;
import dev.duet.status.Snapshot.SinkState;
import dev.duet.status.Snapshot.Table;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A snapshot of the board as JSON. Times are ISO-8601 in UTC; durations have their unit in the name. docs/dashboard.md shows it. */
final class BoardJson {
    /** What each second carries at most: a page shows no more, and is told so by the totals. */
    private static final int EVENT_TABLES = 200;

    private static final int EVENT_PARTITIONS = 500;
    private static final int EVENT_LINES = 12;

    private BoardJson() {}

    static Map<String, @Nullable Object> status(Snapshot board) {
        Map<String, @Nullable Object> status = head(board);
        status.put("sinks", board.sinks().stream().map(BoardJson::sink).toList());
        status.put("tables", board.tables().stream().map(BoardJson::table).toList());
        status.put(
                "partitions",
                board.partitions().stream().map(BoardJson::partition).toList());
        status.put("commits", board.commits().stream().map(BoardJson::commit).toList());
        status.put("problems", board.problems().stream().map(BoardJson::problem).toList());
        status.put("history", history(board.history()));
        return status;
    }

    /** The same in short, for each second. */
    static Map<String, @Nullable Object> event(Snapshot board) {
        Map<String, @Nullable Object> event = head(board);
        event.put("sinks", board.sinks().stream().map(BoardJson::sink).toList());
        event.put(
                "tables",
                board.tables().stream()
                        .limit(EVENT_TABLES)
                        .map(BoardJson::table)
                        .toList());
        event.put(
                "partitions",
                board.partitions().stream()
                        .limit(EVENT_PARTITIONS)
                        .map(BoardJson::partition)
                        .toList());
        event.put(
                "commits",
                board.commits().stream()
                        .limit(EVENT_LINES)
                        .map(BoardJson::commit)
                        .toList());
        event.put(
                "problems",
                board.problems().stream()
                        .limit(EVENT_LINES)
                        .map(BoardJson::problem)
                        .toList());
        event.put(
                "point",
                board.history().isEmpty() ? null : point(board.history().getLast()));
        return event;
    }

    static Map<String, @Nullable Object> lag(Snapshot board) {
        return Json.object(
                "at", time(board.atMillis()),
                "records", board.flow().lagRecords(),
                "seconds", board.flow().lagSeconds(),
                "partitions",
                        board.partitions().stream().map(BoardJson::partition).toList());
    }

    private static Map<String, @Nullable Object> head(Snapshot board) {
        return Json.object(
                "at",
                time(board.atMillis()),
                "since",
                time(board.sinceMillis()),
                "well",
                board.verdict().isWell(),
                "state",
                board.verdict().state().name().toLowerCase(Locale.ROOT),
                "headline",
                board.verdict().headline(),
                "detail",
                board.verdict().detail(),
                "totals",
                Json.object(
                        "tables",
                        board.tables().size(),
                        "partitions",
                        board.partitions().size()),
                "flow",
                Json.object(
                        "produced", board.flow().produced(),
                        "accepted", board.flow().accepted(),
                        "written", board.flow().written(),
                        "lagRecords", board.flow().lagRecords(),
                        "lagSeconds", board.flow().lagSeconds(),
                        "bufferedBytes", board.flow().bufferedBytes()));
    }

    private static Map<String, @Nullable Object> sink(SinkState sink) {
        return Json.object(
                "name", sink.name(),
                "state", sink.state(),
                "attempt", sink.attempt(),
                "reason", sink.reason(),
                "rows", sink.rows(),
                "batches", sink.batches(),
                "medianMillis", sink.durations().median(),
                "p95Millis", sink.durations().p95(),
                "maxMillis", sink.durations().max(),
                "lagSeconds", sink.lagSeconds(),
                "recent",
                        sink.recent().stream()
                                .map(batch -> List.of(batch.atMillis(), batch.rows(), batch.bytes(), batch.millis()))
                                .toList());
    }

    static Map<String, @Nullable Object> table(Table table) {
        Map<String, @Nullable Object> counts = new LinkedHashMap<>();
        table.counts().forEach((sink, of) -> counts.put(sink, counts(of)));
        return Json.object(
                "table", table.id(),
                "schema", table.schema(),
                "name", table.name(),
                "topics", table.topics(),
                "partitions", table.partitions(),
                "in", table.in(),
                "sinks", counts,
                "rate", table.rate(),
                "lagRecords", table.lagRecords(),
                "lagSeconds", table.lagSeconds(),
                "version", table.version() < 0 ? null : table.version(),
                "paused", table.paused(),
                "stopped", table.stopped());
    }

    private static Map<String, @Nullable Object> counts(Counts counts) {
        return Json.object(
                "read", counts.read(),
                "applied", counts.applied(),
                "skipped", counts.skipped(),
                "filtered", counts.filtered(),
                "deadLettered", counts.deadLettered());
    }

    private static Map<String, @Nullable Object> partition(Partition partition) {
        return Json.object(
                "topic", partition.topic(),
                "partition", partition.number(),
                "table", partition.table(),
                "end", partition.end() < 0 ? null : partition.end(),
                "delivered", partition.delivered(),
                "positions", partition.positions(),
                "lagRecords", partition.lagRecords(),
                "lagSeconds", partition.lagSeconds(),
                "trailSeconds", partition.trailSeconds(),
                "paused", partition.paused(),
                "stopped", partition.stopped());
    }

    private static Map<String, @Nullable Object> commit(Commit commit) {
        return Json.object(
                "at", time(commit.atMillis()),
                "sink", commit.sink(),
                "rows", commit.rows(),
                "bytes", commit.bytes(),
                "millis", commit.millis(),
                "tables", commit.tables(),
                "versions", commit.versions());
    }

    private static Map<String, @Nullable Object> problem(Problem problem) {
        Long ended = problem.endedMillis();
        return Json.object(
                "at", time(problem.atMillis()),
                "where", problem.where(),
                "table", problem.table(),
                "partitions", problem.partitions(),
                "reason", problem.reason(),
                "advice", problem.advice(),
                "times", problem.times(),
                "ended", ended == null ? null : time(ended));
    }

    /** Each point: milliseconds since 1970, read, written to PostgreSQL and to Delta a second, records and seconds behind, bytes buffered. */
    static List<?> history(List<Point> points) {
        return points.stream().map(BoardJson::point).toList();
    }

    private static List<Object> point(Point point) {
        return List.of(
                point.atMillis(),
                point.in(),
                point.postgres(),
                point.delta(),
                point.lagRecords(),
                point.lagSeconds(),
                point.bufferedBytes());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
