package dev.duet.chaos;

import dev.duet.Checks;
import dev.duet.EmbeddedStack;
import dev.duet.FundHistory;
import dev.duet.ServiceProcess;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A topic with a history of its own, and where it ends up. Its topics, tables and positions are nobody else's. */
final class Table implements AutoCloseable {
    /**
     * What both sinks must hold.
     *
     * @param written for each partition the number of records
     * @param unreadable for each partition the offsets that belong into the dead-letter topic
     * @param rows the source's rows now
     */
    record Expected(
            String pipeline,
            String topic,
            String table,
            String root,
            long[] written,
            List<Set<Long>> unreadable,
            Map<Integer, FundHistory.Fund> rows) {
        String deltaPath() {
            return root + "/public/" + table;
        }

        long unreadable(int partition) {
            return unreadable.get(partition).size();
        }
    }

    private static final String PREFIX = "chaos";

    private final EmbeddedStack stack;
    private final String pipeline;
    private final String table;
    private final FundHistory history;
    private int loads;

    Table(EmbeddedStack stack, String pipeline, String table, int partitions, long seed) throws Exception {
        this.stack = stack;
        this.pipeline = pipeline;
        this.table = table;
        this.history = new FundHistory(stack.bootstrapServers(), PREFIX, table, partitions, seed);
    }

    /** The settings of a pipeline over these tables: small polls, frequent commits and checkpoints, short patience. */
    static Map<String, String> settings(EmbeddedStack stack, String database, String pipeline, List<Table> tables) {
        Map<String, String> settings = ServiceProcess.settings(stack, pipeline, database, root(stack));
        String channel = "mp.messaging.incoming.changes.";
        settings.put(channel + "session.timeout.ms", "2000");
        settings.put(channel + "heartbeat.interval.ms", "400");
        settings.put(channel + "max.poll.records", "400");
        settings.put("duet.postgres.mode", "both");
        settings.put("duet.postgres.statement-timeout", "5s");
        settings.put("duet.postgres.lock-timeout", "2s");
        settings.put("duet.delta.commit-interval", "150ms");
        settings.put("duet.delta.checkpoint-interval", "4");
        settings.put("duet.retry-pause-limit", "1s");
        settings.put(
                "duet.source.topics",
                String.join(",", tables.stream().map(t -> t.history.topic()).toList()));
        for (Table table : tables) {
            settings.put("duet.source.columns.\"public." + table.table + "\"", FundHistory.COLUMNS);
        }
        return settings;
    }

    private static String root(EmbeddedStack stack) {
        return "s3a://" + stack.s3Bucket() + "/chaos";
    }

    void begin(int keys, int changes) {
        history.snapshot(keys);
        history.changes(changes);
    }

    /** Some changes and, one time in four, a record that can't be read. */
    void load(int changes) {
        history.changes(changes);
        if (++loads % 4 == 0) {
            history.unreadable();
        }
    }

    long total() {
        return history.total();
    }

    /** Records that PostgreSQL's positions have passed. */
    long applied(Connection connection) throws Exception {
        if (!Checks.exists(connection, "duet.position")) {
            return 0;
        }
        try (var query = connection.prepareStatement(
                "select coalesce(sum(applied_next), 0) from duet.position where pipeline = ? and topic = ?")) {
            query.setString(1, pipeline);
            query.setString(2, history.topic());
            var row = query.executeQuery();
            row.next();
            return row.getLong(1);
        }
    }

    /** Waits until all is in both sinks; false if that does not happen in time. */
    boolean drained(Connection connection, Duration limit) throws Exception {
        Instant end = Instant.now().plus(limit);
        long[] written = history.written();
        while (true) {
            Map<Integer, Long> delivered = Checks.delivered(connection, pipeline, history.topic());
            boolean all = true;
            for (int partition = 0; partition < written.length; partition++) {
                all &= delivered.getOrDefault(partition, 0L) >= written[partition];
            }
            if (all || Instant.now().isAfter(end)) {
                return all;
            }
            Thread.sleep(25);
        }
    }

    /** What must hold when all that was written until now is delivered. */
    Expected expected() {
        return new Expected(
                pipeline,
                history.topic(),
                table,
                root(stack),
                history.written(),
                history.unreadableOffsets(),
                history.rows());
    }

    @Override
    public void close() {
        history.close();
    }
}
