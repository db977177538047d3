package dev.duet.devstack.run;

import dev.duet.devstack.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/// Reads the figures from where they are true: the tables, the positions that Duet stores, the broker, the commits'
/// files.
/// What does not answer within two seconds is left out of a line. For one thread.
public final class Gauges implements AutoCloseable {

    private static final int LIMIT_SECONDS = 2;

    private final Status status;
    private final Service service;
    private final DeltaTables delta;
    private final LongSupplier changes;
    private final Admin admin;
    private Connection database;
    private long changesBefore;

    /// @param changes committed by the demo so far
    public Gauges(Status status, Service service, LongSupplier changes) {
        this.status = status;
        this.service = service;
        this.changes = changes;
        Path folder = Addresses.deltaFolder(status.s3());
        this.delta = new DeltaTables(
                ServiceSettings.TABLES.stream().map(folder::resolve).toList());
        this.admin = Admin.create(Map.of(
                "bootstrap.servers", status.kafka().bootstrapServers(),
                "request.timeout.ms", LIMIT_SECONDS * 1000,
                "default.api.timeout.ms", LIMIT_SECONDS * 1000));
    }

    /// The line of this moment.
    public String line() throws InterruptedException {
        long changesNow = changes.getAsLong();
        long changed = changesNow - changesBefore;
        changesBefore = changesNow;
        Long sourceRows = rows(ServiceSettings.SOURCE_SCHEMA);
        Long mirrorRows = rows(ServiceSettings.MIRROR_SCHEMA);
        return new Figures(LocalTime.now(), sourceRows, mirrorRows, delta(), behind(), changed, delays(changed)).line();
    }

    private Long rows(String schema) {
        String counts = ServiceSettings.TABLES.stream()
                .map(table -> "(SELECT count(*) FROM " + schema + "." + table + ")")
                .collect(Collectors.joining(" + "));
        return query("SELECT " + counts, rows -> rows.next() ? rows.getLong(1) : null);
    }

    private DeltaTables.Content delta() {
        try {
            return delta.read().orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    /// Offsets, not quite records: Debezium's transactions leave a marker each. At rest the last marker lies behind the
    /// last record, so one offset counts as none.
    private Long behind() throws InterruptedException {
        Map<TopicPartition, Long> delivered = query(
                "SELECT topic, partition, delivered_next FROM duet.position WHERE pipeline = '"
                        + ServiceSettings.PIPELINE + "'",
                Gauges::positions);
        if (delivered == null) {
            return null;
        }
        try {
            long behind = 0;
            for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : ends().entrySet()) {
                long offsets = end.getValue().offset() - delivered.getOrDefault(end.getKey(), 0L);
                behind += offsets > 1 ? offsets : 0;
            }
            return behind;
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private static Map<TopicPartition, Long> positions(ResultSet rows) throws SQLException {
        Map<TopicPartition, Long> positions = new HashMap<>();
        while (rows.next()) {
            positions.put(new TopicPartition(rows.getString(1), rows.getInt(2)), rows.getLong(3));
        }
        return positions;
    }

    private Map<TopicPartition, ListOffsetsResultInfo> ends()
            throws ExecutionException, TimeoutException, InterruptedException {
        List<String> topics = ServiceSettings.TABLES.stream()
                .map(table -> "pgsrc." + ServiceSettings.SOURCE_SCHEMA + "." + table)
                .toList();
        Map<TopicPartition, OffsetSpec> partitions =
                admin.describeTopics(topics).allTopicNames().get(LIMIT_SECONDS, TimeUnit.SECONDS).values().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                        .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        return admin.listOffsets(partitions, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /// The service keeps the delay of the last write: without changes it says nothing about now.
    private Figures.Delays delays(long changed) throws InterruptedException {
        if (changed == 0) {
            return null;
        }
        try {
            Metrics metrics = new Metrics(service.metrics());
            return new Figures.Delays(delay(metrics, "postgres"), delay(metrics, "delta"));
        } catch (IOException e) {
            return null;
        }
    }

    private static Double delay(Metrics metrics, String sink) {
        OptionalDouble delay = metrics.largest("duet_source_lag_seconds", "sink=\"" + sink + "\"");
        return delay.isPresent() ? delay.getAsDouble() : null;
    }

    private interface Rows<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /// @return null when there is no answer, also while the table does not exist
    private <T> T query(String sql, Rows<T> reader) {
        try {
            if (database == null || database.isClosed()) {
                database = connect();
            }
            try (Statement statement = database.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                return reader.read(rows);
            }
        } catch (SQLException e) {
            return null;
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres"); // sees the source, the mirror and Duet's positions
        properties.setProperty(
                "password", status.postgres().users().get("postgres").password());
        properties.setProperty("ApplicationName", "devstack run");
        properties.setProperty("connectTimeout", Integer.toString(LIMIT_SECONDS));
        properties.setProperty("socketTimeout", Integer.toString(2 * LIMIT_SECONDS));
        properties.setProperty("options", "-c statement_timeout=" + LIMIT_SECONDS + "s");
        return DriverManager.getConnection(status.postgres().jdbcUrl(), properties);
    }

    @Override
    public void close() {
        admin.close();
        try {
            if (database != null) {
                database.close();
            }
        } catch (SQLException e) {
            // the server closes it then
        }
    }
}
