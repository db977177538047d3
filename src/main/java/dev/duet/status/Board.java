package dev.duet.status;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.OpenTransaction;
import dev.duet.delivery.ReadTo;
import dev.duet.status.Snapshot.Batch;
import dev.duet.status.Snapshot.Commit;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the page and the commands show of this process: counts, positions, lag, the last commits and problems, with ten minutes of history.
 * Memory is bounded: a fixed number of each, and of tables {@link #MAX_TABLES}. A batch costs one pass over its changes, a row allocates
 * nothing.
 */
public final class Board implements DeliveryListener {
    static final List<String> SINKS = List.of("postgres", "delta");
    static final int MAX_TABLES = 1000;
    private static final TableId OTHERS = new TableId("", "(others)");
    private static final int KEPT_COMMITS = 50;

    final Problems problems = new Problems();
    final List<SinkBoard> sinks = SINKS.stream().map(SinkBoard::new).toList();
    final Map<TableId, TableBoard> tables = new TreeMap<>(java.util.Comparator.comparing(TableId::toString));
    final Map<TopicPartition, PartitionBoard> partitions = new TreeMap<>();
    final Deque<Commit> commits = new ArrayDeque<>();
    /** Produced, accepted, and what each sink has met. */
    final Trend trend = new Trend(2 + SINKS.size());

    final long since;
    private final Map<String, TableId> tableOfTopic = new HashMap<>();
    private final Clock clock;
    private final Supplier<Map<TableId, Long>> versions;
    private final BoardView view = new BoardView(this);
    private volatile long bufferedBytes;
    private long produced;
    private long accepted;
    Set<TopicPartition> paused = Set.of();
    Map<TopicPartition, OpenTransaction> transactions = Map.of();

    @Nullable
    String reading;

    @Nullable
    String kafka;

    @Nullable
    String registry;

    @Nullable
    String connector;

    /** @param versions the newest known versions of the Delta tables; asked after each commit, must not block */
    public Board(Clock clock, Supplier<Map<TableId, Long>> versions) {
        this.clock = clock;
        this.versions = versions;
        this.since = clock.millis();
    }

    /** How it stands now. */
    public synchronized Snapshot snapshot() {
        return view.snapshot(clock.millis(), bufferedBytes);
    }

    /** The topics that a table's changes came from, empty if it is not known. */
    public synchronized Set<String> topicsOf(TableId table) {
        TableBoard board = tables.get(table);
        return board == null ? Set.of() : Set.copyOf(board.topics);
    }

    /** Whether this process reads this partition. */
    public synchronized boolean reads(String topic, int number) {
        return partitions.keySet().stream()
                .anyMatch(partition -> partition.topic().equals(topic) && partition.partition() == number);
    }

    /** Takes the counters' values for rates and history. Call it once a second. */
    public synchronized void sample() {
        long now = clock.millis();
        trend.sample(now, produced, accepted, sinks.get(0).records, sinks.get(1).records);
        tables.values().forEach(table -> table.trend.sample(now, table.in, table.applied(0), table.applied(1)));
        view.remember(now, bufferedBytes);
    }

    @Override
    public synchronized void accepted(PartitionChanges changes) {
        accepted += changes.read();
        TableId table = changes.changes().isEmpty()
                ? tableOf(changes.partition().topic())
                : changes.changes().getLast().table();
        learn(changes.partition().topic(), table).in += changes.read();
        PartitionBoard partition = partition(changes.partition());
        partition.table = table;
        produced += partition.accepted(changes.nextOffset(), clock.millis());
    }

    @Override
    public synchronized void writing(String sink, ChangeBatch batch) {
        sink(sink).writing();
    }

    @Override
    public synchronized void written(
            String sink, ChangeBatch batch, Map<TopicPartition, Ledger> outcome, Duration duration) {
        long now = clock.millis();
        int index = SINKS.indexOf(sink);
        SinkBoard board = sinks.get(index);
        Set<TableId> changed = new HashSet<>();
        for (PartitionChanges link : batch.partitions()) {
            Ledger ledger = outcome.getOrDefault(link.partition(), Ledger.EMPTY);
            count(index, link, ledger, changed);
            board.records += ledger.read();
            long newest = link.changes().isEmpty()
                    ? 0
                    : link.changes().getLast().source().tsMicros() / 1000;
            partition(link.partition()).written(index, link.nextOffset(), newest, now);
        }
        Batch done = new Batch(now, batch.rows(), batch.bytes(), duration.toMillis());
        board.written(done);
        if (!changed.isEmpty()) {
            commits.addFirst(commit(sink, done, changed));
            if (commits.size() > KEPT_COMMITS) {
                commits.removeLast();
            }
        }
    }

    /** What a sink skips lies at the beginning of a partition's changes; records without a row are the topic's table's. */
    private void count(int sink, PartitionChanges link, Ledger ledger, Set<TableId> changed) {
        List<RowChange> changes = link.changes();
        int firstApplied = (int) Math.max(0, changes.size() - ledger.applied());
        for (int from = 0; from < changes.size(); ) {
            TableId table = changes.get(from).table();
            int to = from + 1;
            while (to < changes.size() && changes.get(to).table().equals(table)) {
                to++;
            }
            long skipped = Math.max(0, Math.min(to, firstApplied) - from);
            learn(link.partition().topic(), table).count(sink, new Ledger(to - from - skipped, skipped, 0, 0));
            if (to > firstApplied) {
                changed.add(table);
            }
            from = to;
        }
        Ledger rest =
                new Ledger(0, Math.max(0, ledger.skipped() - firstApplied), ledger.filtered(), ledger.deadLettered());
        table(tableOf(link.partition().topic())).count(sink, rest);
    }

    private Commit commit(String sink, Batch done, Set<TableId> changed) {
        Map<String, Long> made = new TreeMap<>();
        if (sink.equals("delta")) {
            Map<TableId, Long> newest = versions.get();
            changed.forEach(table -> {
                Long version = newest.get(table);
                if (version != null) {
                    made.put(table.toString(), version);
                }
            });
        }
        List<String> names =
                new ArrayList<>(changed.stream().map(TableId::toString).sorted().toList());
        return new Commit(done.atMillis(), sink, done.rows(), done.bytes(), done.millis(), List.copyOf(names), made);
    }

    @Override
    public synchronized void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        String why = String.valueOf(reason.getMessage());
        sink(sink).retrying(attempt, why);
        problems.raise(
                clock.millis(),
                sink,
                sink,
                null,
                Set.of(),
                why,
                "Duet tries again by itself and loses nothing. If it lasts, see to the store, the network or the login.");
    }

    @Override
    public synchronized void recovered(String sink, int attempts) {
        sink(sink).recovered();
        problems.end(clock.millis(), sink);
    }

    @Override
    public synchronized void delivered(Map<TopicPartition, Long> nextOffsets) {
        nextOffsets.forEach((partition, next) -> partition(partition).delivered = next);
    }

    @Override
    public synchronized void rewound(String sink, Set<TopicPartition> rewound, String reason) {
        ended(sink);
        long now = clock.millis();
        String key = "rewound " + sink;
        problems.raise(
                now,
                key,
                sink,
                null,
                rewound,
                reason,
                "Nothing: the positions are read again and reading resumes there. If it happens all the time, look for two"
                        + " deployments with the same pipeline name.");
        problems.end(now, key);
    }

    @Override
    public synchronized void stopped(@Nullable TableId table, Set<TopicPartition> stopped, String reason) {
        SINKS.forEach(this::ended);
        stopped.forEach(partition -> partition(partition).stop(table == null ? reason : table + ": " + reason));
        stopped.forEach(partition -> problems.raise(
                clock.millis(),
                "stopped " + partition,
                "delivery",
                table,
                Set.of(partition),
                reason,
                "Do what the reason says, then resume the table. Duet also tries it again by itself, each minute unless configured"
                        + " otherwise; the other tables go on."));
    }

    private void ended(String sink) {
        int index = SINKS.indexOf(sink);
        if (index >= 0 && !sinks.get(index).isRetrying()) {
            sinks.get(index).dropped();
        }
    }

    @Override
    public synchronized void started(Map<TopicPartition, Long> nextOffsets) {
        long now = clock.millis();
        nextOffsets.forEach((partition, next) -> {
            partition(partition).started(next, now);
            problems.end(now, "stopped " + partition);
        });
    }

    @Override
    public synchronized void endsAt(Map<TopicPartition, Long> endOffsets) {
        long now = clock.millis();
        endOffsets.forEach((partition, end) -> produced += partition(partition).endsAt(end, now));
    }

    @Override
    public synchronized void readTo(Map<TopicPartition, ReadTo> readTo) {
        long now = clock.millis();
        readTo.forEach((partition, to) -> partition(partition).readTo(to, now));
    }

    @Override
    public synchronized void openTransactions(Map<TopicPartition, OpenTransaction> open) {
        long now = clock.millis();
        transactions.forEach((partition, was) -> {
            OpenTransaction is = open.get(partition);
            if (is == null || is.firstOffset() != was.firstOffset()) {
                problems.end(now, "transaction " + partition);
            }
        });
        open.forEach((partition, is) -> {
            OpenTransaction was = transactions.get(partition);
            if (was == null || was.firstOffset() != is.firstOffset()) {
                problems.raise(
                        now,
                        "transaction " + partition,
                        "kafka",
                        partition(partition).table,
                        Set.of(partition),
                        is.text(),
                        OpenTransaction.advice(partition.topic(), partition.partition(), is.firstOffset()));
            }
        });
        transactions = new TreeMap<>(open);
    }

    @Override
    public synchronized void paused(Set<TopicPartition> now) {
        paused = new TreeSet<>(now);
    }

    @Override
    public synchronized void readingEnded(int attempt, Duration pause, String reason) {
        notReading(
                reason,
                "Duet starts reading again by itself, at the latest every 30 seconds. If it lasts, do what the reason says; see to the"
                        + " login and its rights on topics and group.");
    }

    @Override
    public synchronized void readingFenced(String reason) {
        notReading(reason, "Give each process a group.instance.id of its own, or stop one of the two.");
    }

    private void notReading(String reason, String advice) {
        reading = reason;
        problems.raise(clock.millis(), "reading", "kafka", null, Set.of(), reason, advice);
    }

    @Override
    public synchronized void readingBegun() {
        reading = null;
        problems.end(clock.millis(), "reading");
    }

    @Override
    public synchronized void sourceLost(String reason) {
        kafka = reason;
        problems.raise(
                clock.millis(),
                "kafka",
                "kafka",
                null,
                Set.of(),
                reason,
                "Duet reads on by itself when the brokers answer. If it lasts, see to the brokers, the network or the login.");
    }

    @Override
    public synchronized void sourceBack() {
        kafka = null;
        problems.end(clock.millis(), "kafka");
    }

    @Override
    public synchronized void registryLost(int attempt, Duration pause, String reason) {
        registry = reason;
        problems.raise(
                clock.millis(),
                "schema registry",
                "schema registry",
                null,
                Set.of(),
                reason,
                "Records in Avro wait for it. If it lasts, see to the registry, its address or its login.");
    }

    @Override
    public synchronized void registryBack() {
        registry = null;
        problems.end(clock.millis(), "schema registry");
    }

    @Override
    public synchronized void connectorLost(String reason, String advice) {
        connector = reason + ". " + advice;
        problems.raise(clock.millis(), "connector", "connector", null, Set.of(), reason, advice);
    }

    @Override
    public synchronized void connectorBack() {
        connector = null;
        problems.end(clock.millis(), "connector");
    }

    @Override
    public void buffered(long bytes) {
        bufferedBytes = bytes;
    }

    @Override
    public synchronized void revoked(Set<TopicPartition> revoked) {
        revoked.forEach(partition -> {
            partitions.remove(partition);
            problems.end(clock.millis(), "stopped " + partition);
        });
    }

    private PartitionBoard partition(TopicPartition partition) {
        return partitions.computeIfAbsent(
                partition,
                p -> new PartitionBoard(p, learn(p.topic(), tableOf(p.topic())).id, SINKS.size(), clock.millis()));
    }

    /** Debezium names a topic prefix.schema.table: that is what it is taken for until its first change tells. */
    private TableId tableOf(String topic) {
        return tableOfTopic.computeIfAbsent(topic, name -> {
            String[] parts = name.split("\\.", -1);
            return parts.length < 2
                    ? new TableId("", name)
                    : new TableId(parts[parts.length - 2], parts[parts.length - 1]);
        });
    }

    private TableBoard learn(String topic, TableId table) {
        TableId guess = tableOfTopic.put(topic, table);
        if (guess != null && !guess.equals(table)) {
            TableBoard other = tables.get(guess);
            if (other != null && other.in == 0) {
                tables.remove(guess);
            }
        }
        TableBoard board = table(table);
        board.topics.add(topic);
        return board;
    }

    private TableBoard table(TableId table) {
        TableId id = tables.containsKey(table) || tables.size() < MAX_TABLES ? table : OTHERS;
        return tables.computeIfAbsent(id, key -> new TableBoard(key, SINKS.size()));
    }

    /** The sink of this name; the schema registry's retries are told by other methods. */
    private SinkBoard sink(String name) {
        return sinks.get(Math.max(0, SINKS.indexOf(name)));
    }

    Map<TableId, Long> versions() {
        return versions.get();
    }
}
