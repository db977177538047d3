package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.status.Snapshot.Flow;
import dev.duet.status.Snapshot.Partition;
import dev.duet.status.Snapshot.Point;
import dev.duet.status.Snapshot.SinkState;
import dev.duet.status.Snapshot.State;
import dev.duet.status.Snapshot.Table;
import dev.duet.status.Snapshot.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a board. Guarded by it. */
final class BoardView {
    private static final int KEPT_POINTS = 120;
    private static final long POINT_MILLIS = 5000;

    private final Board board;
    private final Deque<Point> history = new ArrayDeque<>();
    private long lastPoint;

    BoardView(Board board) {
        this.board = board;
    }

    /** A point of each history, every five seconds. */
    void remember(long now, long bufferedBytes) {
        if (now - lastPoint < POINT_MILLIS - 200) {
            return;
        }
        lastPoint = now;
        double lagSeconds = 0;
        long lagRecords = 0;
        for (PartitionBoard partition : board.partitions.values()) {
            lagSeconds = Math.max(lagSeconds, partition.lagSeconds(now));
            lagRecords += partition.lagRecords();
        }
        Trend trend = board.trend;
        add(
                history,
                new Point(now, trend.rate(1), trend.rate(2), trend.rate(3), lagRecords, lagSeconds, bufferedBytes));
        for (TableBoard table : board.tables.values()) {
            add(
                    table.history,
                    new Point(
                            now,
                            table.trend.rate(0),
                            table.trend.rate(1),
                            table.trend.rate(2),
                            lagRecords(table.id),
                            lagSeconds(table.id, now),
                            0));
        }
    }

    private static void add(Deque<Point> points, Point point) {
        points.addLast(point);
        if (points.size() > KEPT_POINTS) {
            points.removeFirst();
        }
    }

    Snapshot snapshot(long now, long bufferedBytes) {
        List<Partition> partitions = new ArrayList<>();
        board.partitions.values().forEach(partition -> partitions.add(partition(partition, now)));
        List<Table> tables = new ArrayList<>();
        Map<TableId, Long> versions = board.versions();
        board.tables.values().forEach(table -> tables.add(table(table, versions, now)));
        Trend trend = board.trend;
        Flow flow = new Flow(
                trend.rate(0),
                trend.rate(1),
                Map.of("postgres", trend.rate(2), "delta", trend.rate(3)),
                partitions.stream().mapToLong(Partition::lagRecords).sum(),
                partitions.stream().mapToDouble(Partition::lagSeconds).max().orElse(0),
                bufferedBytes);
        List<SinkState> sinks = new ArrayList<>();
        for (int i = 0; i < board.sinks.size(); i++) {
            int sink = i;
            sinks.add(board.sinks
                    .get(i)
                    .snapshot(board.partitions.values().stream()
                            .mapToDouble(partition -> partition.lagSeconds(sink, now))
                            .max()
                            .orElse(0)));
        }
        return new Snapshot(
                now,
                board.since,
                verdict(partitions, flow),
                flow,
                List.copyOf(sinks),
                List.copyOf(tables),
                List.copyOf(partitions),
                List.copyOf(board.commits),
                board.problems.list(),
                List.copyOf(history));
    }

    private Partition partition(PartitionBoard of, long now) {
        Map<String, Long> positions = new LinkedHashMap<>();
        for (int sink = 0; sink < of.positions.length; sink++) {
            positions.put(board.sinks.get(sink).name, of.positions[sink]);
        }
        return new Partition(
                of.partition.topic(),
                of.partition.partition(),
                of.table.toString(),
                of.end.offset(),
                of.delivered,
                positions,
                of.lagRecords(),
                of.lagSeconds(now),
                Math.max(0, of.lagSeconds(1, now) - of.lagSeconds(0, now)),
                board.paused.contains(of.partition),
                of.stopped(now));
    }

    private Table table(TableBoard of, Map<TableId, Long> versions, long now) {
        List<PartitionBoard> own = of(of.id);
        return new Table(
                of.id.schema(),
                of.id.table(),
                List.copyOf(of.topics),
                own.size(),
                of.in,
                of.counts(board.sinks),
                of.trend.rate(0),
                lagRecords(of.id),
                lagSeconds(of.id, now),
                versions.getOrDefault(of.id, -1L),
                !own.isEmpty() && own.stream().allMatch(partition -> board.paused.contains(partition.partition)),
                stopped(own, now),
                List.copyOf(of.history));
    }

    private static @Nullable String stopped(List<PartitionBoard> partitions, long now) {
        return partitions.stream()
                .map(partition -> partition.stopped(now))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private long lagRecords(TableId table) {
        return of(table).stream().mapToLong(PartitionBoard::lagRecords).sum();
    }

    private double lagSeconds(TableId table, long now) {
        return of(table).stream()
                .mapToDouble(partition -> partition.lagSeconds(now))
                .max()
                .orElse(0);
    }

    private List<PartitionBoard> of(TableId table) {
        return board.partitions.values().stream()
                .filter(partition -> partition.table.equals(table))
                .toList();
    }

    private Verdict verdict(List<Partition> partitions, Flow flow) {
        if (board.reading != null) {
            return Verdicts.waiting("Nothing is read from Kafka", board.reading);
        }
        List<Partition> stopped =
                partitions.stream().filter(p -> p.stopped() != null).toList();
        if (!stopped.isEmpty()) {
            return Verdicts.stopped(stopped, partitions.size());
        }
        if (board.kafka != null) {
            return Verdicts.waiting("Kafka does not answer", board.kafka);
        }
        if (board.registry != null) {
            return Verdicts.waiting("The schema registry does not answer", board.registry);
        }
        if (board.connector != null) {
            return new Verdict(State.WAITING, "Nothing comes from the source", board.connector);
        }
        for (SinkBoard sink : board.sinks) {
            if (sink.isRetrying()) {
                String name = sink.name.equals("postgres") ? "PostgreSQL" : "Delta";
                return Verdicts.waiting(name + " can't be written", sink.trouble());
            }
        }
        if (!board.transactions.isEmpty()) {
            return Verdicts.openTransactions(board.transactions);
        }
        long paused =
                board.paused.stream().filter(board.partitions::containsKey).count();
        return Verdicts.ofHealthy(paused, partitions, flow);
    }
}
