package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Guarantee: each change that reaches both sinks is told by exactly one event of {@code <pipeline>.deliveries}, whenever the service dies, and
 * when the event comes the rows can be read in both.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveriesIT {
    private static final String PIPELINE = "told";
    private static final List<String> TABLES = List.of("acct", "pos");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private String source = "";
    private String target = "";
    private ConnectProcess worker;

    @BeforeAll
    void start() throws Exception {
        source = stack.freshDatabase("told_source");
        target = stack.freshDatabase("told_target");
        execute(
                source,
                "create table acct (id int primary key, v text)",
                "create table pos (id int primary key, v text)",
                "create publication told_pub for table acct, pos");
        // What docs/deliveries.md asks an operator to run first.
        try (Connection duet = stack.connect(target, "duet");
                Statement statement = duet.createStatement()) {
            statement.execute("create schema duet");
            statement.execute("create table duet.outbox (id uuid primary key, aggregatetype varchar(255) not null,"
                    + " aggregateid varchar(255) not null, type varchar(255) not null, \"timestamp\" timestamptz not null,"
                    + " payload text, tracingspancontext varchar(256))");
        }
        execute(target, "create publication duet_deliveries for table duet.outbox with (publish = 'insert')");
        worker = ConnectProcess.start(stack, PIPELINE, true);
        worker.register(
                "told-source",
                ConnectProcess.configuration(
                        stack,
                        Map.of(
                                "database.dbname", source,
                                "topic.prefix", PIPELINE,
                                "slot.name", "told_source",
                                "publication.name", "told_pub",
                                "table.include.list", "public.acct,public.pos",
                                "topic.creation.default.partitions", "2")));
        worker.register(
                "told-deliveries",
                ConnectProcess.deliveries(
                        stack,
                        Map.of("database.dbname", target, "topic.prefix", "told-out", "slot.name", "told_deliveries")));
        await(
                "both slots are read",
                () -> "2"
                        .equals(
                                value(
                                        source,
                                        "select count(*) from pg_replication_slots where active and slot_name like 'told\\_%'")));
    }

    @AfterAll
    void stop() throws Exception {
        if (worker != null) {
            worker.close();
        }
        for (String database : List.of(source, target)) {
            await(
                    "slot is free",
                    () -> "0"
                            .equals(value(
                                    database,
                                    "select count(*) from pg_replication_slots where active and database = '" + database
                                            + "'")));
            execute(
                    database,
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '" + database
                            + "'");
        }
    }

    @Test
    void eachChangeIsToldOnceWhateverDies() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread load = Thread.ofPlatform().start(() -> {
            try {
                for (int round = 1; !ended.get(); round++) {
                    execute(
                            source,
                            "insert into acct select " + round + " * 100 + i, 'new' from generate_series(0, 20) i",
                            "insert into pos select " + round + " * 100 + i, 'new' from generate_series(0, 9) i",
                            "update acct set v = 'r" + round + "' where id / 100 = " + round + " - 2",
                            "delete from pos where id / 100 = " + round + " - 3 and id % 2 = 0");
                    Thread.sleep(150);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            for (String point : List.of("delivered-storing", "outbox-written", "delivered-stored", "outbox-written")) {
                crashAt(point);
            }
            try (ServiceProcess first = ServiceProcess.start(settings()).awaitStarted();
                    ServiceProcess second = ServiceProcess.start(settings()).awaitStarted()) {
                Thread.sleep(3000);
                first.kill();
                Thread.sleep(2000);
                ended.set(true);
                load.join();
                await("all is delivered", this::isDrained);
                assertThat(second.health("ready")).isEqualTo(200);
            }
        } finally {
            ended.set(true);
            load.join();
        }
        assertThat(value(target, "select count(*) from duet.outbox"))
                .as("rows pass through the outbox, they don't stay")
                .isEqualTo("0");
        Map<String, Long> told = new HashMap<>();
        await("all is told", () -> {
            told.clear();
            told.putAll(rowsTold());
            return told.equals(rowsOfTopics());
        });
        assertThat(told.keySet()).containsExactlyInAnyOrder("acct", "pos");
        assertEventsTile();
    }

    /** Without the right to write events nothing counts as delivered, and the service says why. */
    @Test
    void whatCantBeToldIsNotDelivered() throws Exception {
        String refused = stack.freshDatabase("told_refused");
        Map<String, String> settings = settings();
        settings.put("duet.pipeline", "untold");
        settings.put(
                "quarkus.datasource.reactive.url",
                "postgresql://" + stack.postgresHost() + ":" + stack.postgresPort() + "/" + refused);
        settings.put("duet.delta.root", "s3a://" + stack.s3Bucket() + "/untold");
        execute(
                refused,
                "create schema duet authorization duet",
                "create table duet.outbox (id uuid primary key, aggregatetype varchar(255) not null, aggregateid varchar(255) not null,"
                        + " type varchar(255) not null, \"timestamp\" timestamptz not null, payload text, tracingspancontext varchar(256))");
        execute(source, "insert into acct values (-1, 'first')");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
            String answer = service.awaitReadiness(503, "outbox");
            assertThat(answer).contains("duet.outbox").contains("permission denied");
            await("PostgreSQL has rows", () -> !"0".equals(value(refused, "select count(*) from public.acct")));
            assertThat(value(refused, "select bool_and(delivered_next = 0) from duet.position"))
                    .isEqualTo("t");
            execute(refused, "alter table duet.outbox owner to duet");
            service.awaitReadiness(200, "delivery");
            await(
                    "delivered",
                    () -> "t"
                            .equals(value(
                                    refused, "select bool_and(delivered_next = applied_next) from duet.position")));
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings =
                ServiceProcess.settings(stack, PIPELINE, target, "s3a://" + stack.s3Bucket() + "/told");
        settings.put("duet.source.topics", PIPELINE + "\\.public\\..*");
        settings.put("duet.deliveries.enabled", "true");
        settings.put("duet.delta.commit-interval", "300ms");
        return settings;
    }

    private void crashAt(String point) throws Exception {
        Path folder = Files.createTempDirectory(
                Path.of(System.getProperty("duet.basedir", "."), "target").toAbsolutePath(), "failpoint");
        Map<String, String> settings = settings();
        settings.put("duet.failpoint.at", point);
        settings.put("duet.failpoint.dir", folder.toString());
        ServiceProcess service = ServiceProcess.start(settings);
        try {
            await("reached: " + point, () -> Files.exists(folder.resolve(point + ".reached")));
        } finally {
            service.kill();
        }
    }

    private boolean isDrained() throws Exception {
        Map<String, Long> ends = rowsOfTopics();
        return Long.toString(ends.values().stream().mapToLong(Long::longValue).sum())
                        .equals(value(
                                target, "select sum(applied) from duet.position where pipeline = '" + PIPELINE + "'"))
                && "t".equals(value(target, "select bool_and(delivered_next = applied_next) from duet.position"));
    }

    private Map<String, Long> rowsOfTopics() throws Exception {
        Map<String, Long> rows = new HashMap<>();
        for (String table : TABLES) {
            rows.put(table, (long)
                    Topics.read(stack, PIPELINE + ".public." + table).size());
        }
        return rows;
    }

    private List<JsonNode> events() throws Exception {
        List<JsonNode> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : Topics.read(stack, PIPELINE + ".deliveries")) {
            JsonNode event = JSON.readTree(record.value());
            assertThat(new String(record.key(), StandardCharsets.UTF_8))
                    .isEqualTo("public." + event.at("/table/name").asText());
            events.add(event);
        }
        return events;
    }

    private Map<String, Long> rowsTold() throws Exception {
        Map<String, Long> rows = new HashMap<>();
        for (JsonNode event : events()) {
            long of = 0;
            for (JsonNode count : event.get("rows")) {
                of += count.asLong();
            }
            rows.merge(event.at("/table/name").asText(), of, Long::sum);
        }
        return rows;
    }

    /** Ranges of a partition don't overlap, hold every record, and each event's Delta version holds its range. */
    private void assertEventsTile() throws Exception {
        Map<String, TreeMap<Long, Long>> ranges = new HashMap<>();
        for (JsonNode event : events()) {
            assertThat(event.get("pipeline").asText()).isEqualTo(PIPELINE);
            assertThat(event.get("lastLsn").asLong())
                    .isGreaterThanOrEqualTo(event.get("firstLsn").asLong());
            for (JsonNode part : event.get("partitions")) {
                String partition = part.get("topic").asText() + "-" + part.get("partition");
                Long before = ranges.computeIfAbsent(partition, p -> new TreeMap<>())
                        .put(part.get("from").asLong(), part.get("to").asLong());
                assertThat(before).as("told twice").isNull();
                assertThat(logPosition(event, partition))
                        .as(event.toString())
                        .isGreaterThanOrEqualTo(part.get("to").asLong());
            }
        }
        ranges.forEach((partition, of) -> {
            long end = 0;
            for (Map.Entry<Long, Long> range : of.entrySet()) {
                assertThat(range.getKey()).as(partition).isGreaterThanOrEqualTo(end);
                end = range.getValue();
            }
        });
        for (String table : TABLES) {
            for (ConsumerRecord<byte[], byte[]> record : Topics.read(stack, PIPELINE + ".public." + table)) {
                TreeMap<Long, Long> of =
                        ranges.getOrDefault(record.topic() + "-" + record.partition(), new TreeMap<>());
                Map.Entry<Long, Long> range = of.floorEntry(record.offset());
                assertThat(range != null && range.getValue() > record.offset())
                        .as("told: " + record.topic() + "@" + record.offset())
                        .isTrue();
            }
        }
    }

    /** How far the log was at the event's version: as the newest commit up to it says that moved this partition. */
    private long logPosition(JsonNode event, String partition) throws Exception {
        Path log = Path.of(
                stack.s3Directory(), "told", "public", event.at("/table/name").asText(), "_delta_log");
        for (long version = event.get("deltaVersion").asLong(); version >= 0; version--) {
            for (String line : Files.readAllLines(log.resolve("%020d.json".formatted(version)))) {
                JsonNode domain = JSON.readTree(line).path("domainMetadata");
                if (domain.path("domain").asText().equals("duet." + PIPELINE + "." + partition)) {
                    return JSON.readTree(domain.get("configuration").asText())
                            .get("next")
                            .asLong();
                }
            }
        }
        return -1;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        while (!condition.holds()) {
            assertThat(Instant.now()).as(what).isBefore(limit);
            Thread.sleep(100);
        }
    }

    private void execute(String database, String... statements) throws SQLException {
        try (Connection connection = stack.connect(database, "postgres");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private @Nullable String value(String database, String sql) throws SQLException {
        try (Connection connection = stack.connect(database, "postgres");
                Statement statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery(sql);
            row.next();
            return row.getString(1);
        }
    }
}
