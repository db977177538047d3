package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Guarantee, with real Debezium, Apicurio's Avro converter and Apicurio Registry: records in Avro give what records in JSON give, in
 * Confluent's wire format (table {@code acct}) and with ids in headers (table {@code pos}), and a registry that dies costs time alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AvroIT {
    private static final String PIPELINE = "avro";
    private static final String WIRE = "avro.public.acct";
    private static final String HEADERS = "avroh.public.pos";
    private static final List<String> CONVERTERS = List.of("key.converter.", "value.converter.");

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private EmbeddedStack registry;
    private String database = "";
    private Connection source;
    private ConnectProcess worker;
    private @Nullable ServiceProcess service;

    @BeforeAll
    void start() throws Exception {
        registry = EmbeddedStack.own("registry", "64m");
        database = stack.freshDatabase("avro");
        source = stack.connect(database, "postgres");
        execute(
                "create schema mirror authorization duet",
                "create table acct (id int primary key, \"Odd-Name\" varchar(20), v text, n numeric(14,4), big numeric,"
                        + " f float8, r real, b bytea, d date, ts timestamp, ts3 timestamp(3), tz timestamptz, t time, ok boolean, j jsonb, u uuid,"
                        + " s smallint, l bigint, long text, blob bytea)",
                "alter table acct alter column long set storage external, alter column blob set storage external",
                "create table pos (acct int, code text, v text, n numeric(10,2), primary key (acct, code))",
                "create publication avro_pub for table acct",
                "create publication avroh_pub for table pos");
        fill(1, 300);
        worker = ConnectProcess.start(stack, "avro", true);
        worker.register("avro", configuration("avro", "acct", true));
        worker.register("avroh", configuration("avroh", "pos", false));
        startService();
    }

    @AfterAll
    void stop() throws Exception {
        if (service != null) {
            service.close();
        }
        if (worker != null) {
            worker.close();
        }
        awaitTrue(
                "a slot is still in use",
                "select not exists (select from pg_replication_slots where slot_name like 'avro%' and active)");
        execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name like 'avro%'");
        source.close();
        registry.close();
    }

    /** Ids are wanted below; special values are those that JSON has no numbers for. */
    private void fill(int from, int to) throws SQLException {
        execute(
                "insert into acct select i, 'odd ' || i, 'Ünï 日本 € ' || i, i * 1.0001, case when i % 2 = 0 then i * 12345678901234567890.123 end,"
                        + " case i % 4 when 0 then 'NaN' when 1 then 'infinity' when 2 then '-infinity' else i / 7.0 end::float8, i / 3.0::real,"
                        + " decode(lpad(to_hex(i), 8, '0'), 'hex'), date '2020-01-01' + i, timestamp '2024-02-29 12:34:56.789012' + i * interval '1 hour',"
                        + " timestamp '1969-12-31 23:59:59.999', timestamptz '2024-02-29 12:34:56.789012+02' + i * interval '1 minute',"
                        + " time '23:59:59.999999', i % 3 = 0, jsonb_build_object('i', i), md5(i::text)::uuid, i % 32000, i * 9007199254740993::bigint % 9000000000000000000,"
                        + " repeat(md5(i::text), 200), decode(repeat(md5(i::text), 300), 'hex') from generate_series("
                        + from + ", " + to + ") i",
                "insert into pos select i, 'c' || i, 'start', i / 100.0 from generate_series(" + from + ", " + to
                        + ") i");
    }

    private void change(int round) throws SQLException {
        execute(
                "update acct set v = 'round " + round + "', n = n + 1 where id % 7 = " + round % 7,
                "update acct set \"Odd-Name\" = null, b = null, f = null, ok = null where id % 31 = " + round % 31,
                "delete from acct where id % 97 = " + round % 97,
                "update pos set v = 'round " + round + "' where acct % 5 = " + round % 5,
                "delete from pos where acct % 53 = " + round % 53,
                "update pos set code = code || 'x' where acct % 41 = " + round % 41);
    }

    @Test
    @Order(1)
    void bothFormsReachBothSinks() throws Exception {
        assertMirrorsEqualSource();
        fill(301, 400);
        for (int round = 0; round < 5; round++) {
            change(round);
        }
        execute("truncate pos", "insert into pos values (1, 'after', 'the truncate', 1.50)");
        assertMirrorsEqualSource();
        assertThat(Topics.read(stack, WIRE))
                .allMatch(record -> record.value()[0] == 0 && record.key()[0] == 0)
                .allMatch(record -> record.headers().lastHeader("apicurio.value.globalId") == null);
        assertThat(Topics.read(stack, HEADERS))
                .allMatch(record -> record.headers().lastHeader("apicurio.value.globalId") != null);
        assertThat(value("select count(*) from mirror.acct where long like '\\_\\_debezium%'"))
                .as("values that updates left alone")
                .isZero();
        assertNothingDeadLettered();
    }

    /** The columns stay, the schema does not: nothing has to be done to the target. */
    @Test
    @Order(2)
    void aNewSchemaIdIsReadAsItComes() throws Exception {
        execute("alter table acct alter column v set not null");
        change(11);
        execute("alter table pos alter column v set not null");
        change(12);
        assertMirrorsEqualSource();
        assertThat(schemaIds()).as("the case came about").hasSizeGreaterThan(1);
        assertNothingDeadLettered();
    }

    @Test
    @Order(3)
    void aRegistryThatDiesCostsTimeAlone() throws Exception {
        registry.killRegistry();
        change(21);
        assertMirrorsEqualSource();
        assertThat(service().health("ready"))
                .as("known schemas need no registry")
                .isEqualTo(200);
        service().close();
        change(22);
        startService();
        String answer = service().awaitReadiness(503, "schema registry");
        assertThat(answer).contains(registry.registryUrl()).contains("attempt");
        assertThat(service().health("live")).isEqualTo(200);
        change(23);
        registry.kill();
        registry.restart();
        assertMirrorsEqualSource();
        service().awaitReadiness(200, "delivery");
        assertNothingDeadLettered();
    }

    @Test
    @Order(4)
    void anotherRegistryStopsTheTablesUntilTheRightOneIsGiven() throws Exception {
        service().close();
        try (EmbeddedStack empty = EmbeddedStack.own("registry", "64m")) {
            change(31);
            startService(empty.registryUrl());
            String answer = service().awaitReadiness(503, "knows no");
            assertThat(answer).contains(empty.registryUrl()).contains("duet.source.registry.url");
            service().close();
        }
        startService();
        assertMirrorsEqualSource();
        assertNothingDeadLettered();
    }

    @Test
    @Order(5)
    void theLogHoldsEachEventOnce() throws Exception {
        List<ConsumerRecord<byte[], byte[]>> wire = Topics.read(stack, WIRE);
        List<ConsumerRecord<byte[], byte[]>> headers = Topics.read(stack, HEADERS);
        Checks.awaitDelivered(source, PIPELINE, WIRE, nextOffsets(wire), Duration.ofMinutes(1));
        Checks.awaitDelivered(source, PIPELINE, HEADERS, nextOffsets(headers), Duration.ofMinutes(1));
        String root = "s3a://" + stack.s3Bucket() + "/avro/public/";
        List<List<JsonNode>> logs = IndependentReader.read(stack, root + "acct", root + "pos");
        assertThat(places(logs.get(0))).hasSize(wire.size()).hasSameSizeAs(logs.get(0));
        assertThat(places(logs.get(1))).hasSize(headers.size()).hasSameSizeAs(logs.get(1));
        Checks.ledgerAddsUp(source, PIPELINE, WIRE, wire.size());
    }

    /** Its records have another schema; what the sinks do about it is not this test's matter: they follow, or say the column. */
    @Test
    @Order(6)
    void anAddedColumnIsSeen() throws Exception {
        int before = schemaIds().size();
        execute("alter table acct add column extra text", "update acct set extra = 'x' where id % 7 = 1");
        Instant limit = Instant.now().plusSeconds(90);
        String added =
                "select count(*) from pg_attribute where attrelid = 'mirror.acct'::regclass and attname = 'extra'";
        while (!service().get("/q/health/ready").contains("extra") && value(added) == 0) {
            assertThat(Instant.now()).as(service().log()).isBefore(limit);
            Thread.sleep(200);
        }
        assertThat(schemaIds()).hasSizeGreaterThan(before);
        assertNothingDeadLettered();
    }

    private static Set<String> places(List<JsonNode> log) {
        return log.stream()
                .map(row -> row.get("__partition").asText() + "/"
                        + row.get("__offset").asText())
                .collect(Collectors.toSet());
    }

    private static long[] nextOffsets(List<ConsumerRecord<byte[], byte[]>> records) {
        long[] next = new long[4];
        records.forEach(record -> next[record.partition()] = Math.max(next[record.partition()], record.offset() + 1));
        return next;
    }

    private Set<Integer> schemaIds() {
        Set<Integer> ids = new HashSet<>();
        Topics.read(stack, WIRE)
                .forEach(record -> ids.add(ByteBuffer.wrap(record.value(), 1, 4).getInt()));
        return ids;
    }

    private void assertNothingDeadLettered() throws Exception {
        assertThat(service().metric("duet_records_total", "outcome=\"dead-lettered\""))
                .isZero();
    }

    /** As the embedded stack's own connector has it; without the wire format's settings the ids go into headers. */
    private Map<String, String> configuration(String name, String table, boolean wireFormat) throws Exception {
        Map<String, String> overrides = new LinkedHashMap<>(ConnectProcess.avro(registry.registryUrl()));
        if (!wireFormat) {
            for (String converter : CONVERTERS) {
                overrides.remove(converter + "apicurio.registry.as-confluent");
                overrides.remove(converter + "apicurio.registry.id-handler");
                overrides.remove(converter + "apicurio.registry.use-id");
                overrides.put(converter + "apicurio.registry.headers.enabled", "true");
            }
        }
        overrides.putAll(Map.of(
                "database.dbname",
                database,
                "topic.prefix",
                name,
                "slot.name",
                name + "_slot",
                "publication.name",
                name + "_pub",
                "table.include.list",
                "public." + table,
                // The schema of a first heartbeat while the registry is down would end the task.
                "heartbeat.interval.ms",
                "0",
                "decimal.handling.mode",
                "precise"));
        return ConnectProcess.configuration(stack, overrides);
    }

    private void startService() throws Exception {
        startService(registry.registryUrl());
    }

    private void startService(String registryUrl) throws Exception {
        Map<String, String> settings =
                ServiceProcess.settings(stack, PIPELINE, database, "s3a://" + stack.s3Bucket() + "/avro");
        // Decimals in precise mode have no placeholder; none here is so long that an update leaves it out.
        settings.put("duet.source.ambiguous-nulls", "null");
        settings.put("duet.source.topics", WIRE + "," + HEADERS);
        settings.put("duet.source.registry.url", registryUrl + "/apis/ccompat/v7");
        settings.put("duet.postgres.table", "mirror.{table}");
        service = ServiceProcess.start(settings).awaitStarted();
    }

    private ServiceProcess service() {
        return Objects.requireNonNull(service);
    }

    private void execute(String... statements) throws SQLException {
        try (Statement sql = source.createStatement()) {
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
    }

    private long value(String query) throws SQLException {
        try (Statement sql = source.createStatement()) {
            ResultSet row = sql.executeQuery(query);
            row.next();
            return row.getLong(1);
        }
    }

    private void awaitTrue(String otherwise, String query) throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        while (value("select count(*) from (" + query + ") as answer(yes) where yes") == 0) {
            assertThat(Instant.now()).as(otherwise).isBefore(limit);
            Thread.sleep(100);
        }
    }

    /** Behind a last change of both tables. */
    private void assertMirrorsEqualSource() throws Exception {
        int mark = (int) (System.nanoTime() >>> 20 & 0xFFFFFF) + 1_000_000;
        execute(
                "insert into acct (id, v) values (" + mark + ", 'mark')",
                "insert into pos values (" + mark + ", 'mark', 'mark', 0)");
        String acct = "id, \"Odd-Name\", v, n, big, f, r, b, d, ts, ts3, tz, t, ok, j::text, u, s, l, long, blob";
        String difference =
                "select count(*) from ((select %1$s from public.%2$s except all select %1$s from mirror.%2$s)"
                        + " union all (select %1$s from mirror.%2$s except all select %1$s from public.%2$s)) d";
        String both = "select (" + difference.formatted(acct, "acct") + ") + ("
                + difference.formatted("acct, code, v, n", "pos") + ")";
        Instant limit = Instant.now().plusSeconds(120);
        long rows = -1;
        while (rows != 0) {
            assertThat(Instant.now())
                    .as("%s rows differ: %s", rows, service().log())
                    .isBefore(limit);
            Thread.sleep(100);
            if (Checks.exists(source, "mirror.acct") && Checks.exists(source, "mirror.pos")) {
                rows = value(both);
            }
        }
    }
}
