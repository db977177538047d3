package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Guarantee, with real Debezium, under load and with two instances: whatever ALTER TABLE does to a source table, the mirror becomes equal
 * to it row for row, by itself or after the statement or setting that the error names; the Delta log stays complete, and an independent
 * reader sees added columns as null in old rows. One connector lives through all tests, in their order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SchemaChangesIT {
    private static final String PIPELINE = "schema";

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<ServiceProcess> services = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Whoever has it may change the source's rows, or compare them. */
    private final ReentrantLock turn = new ReentrantLock(true);

    private final Thread load = new Thread(this::load, "load");
    private volatile @Nullable Throwable failure;
    private String database = "";
    private Connection source;
    private ConnectProcess worker;

    @BeforeAll
    void start() throws Exception {
        database = stack.freshDatabase("schema");
        source = stack.connect(database, "postgres");
        execute(
                "create schema mirror authorization duet",
                "create table fund (id int primary key, name varchar(10), price numeric(10,2), qty int, ratio real,"
                        + " note text, tag text)",
                "insert into fund select i, 'f' || i, i + 0.25, i, i / 10.0, 'note', 'tag ' || i"
                        + " from generate_series(1, 300) i",
                "create table part (id int primary key, v text not null)",
                "insert into part select i, 'v' from generate_series(1, 20) i",
                "create table odd (id int primary key, v int)",
                "insert into odd select i, i from generate_series(1, 20) i",
                "create table again (id int primary key, v text)",
                "insert into again select i, 'old' from generate_series(1, 20) i",
                "create table ren (id int primary key, fund_name text)",
                "insert into ren select i, 'n' || i from generate_series(1, 20) i",
                "create publication schema_pub for table fund, part, odd, again, ren");
        worker = ConnectProcess.start(stack, "schema", false);
        worker.register(
                "schema",
                ConnectProcess.configuration(
                        stack,
                        Map.of(
                                "database.dbname", database,
                                "topic.prefix", PIPELINE,
                                "slot.name", "schema_slot",
                                "publication.name", "schema_pub",
                                "table.include.list", "public.fund,public.part,public.odd,public.again,public.ren",
                                "exactly.once.support", "requested")));
        startServices(Map.of());
        assertMirrorEqualsSource("fund"); // before the load, or its rows are in the snapshot too
        load.start();
    }

    @AfterAll
    void stop() throws Exception {
        ended.set(true);
        load.join();
        for (ServiceProcess service : services) {
            service.close();
        }
        if (worker != null) {
            worker.close();
        }
        awaitTrue("select not exists (select from pg_replication_slots where slot_name = 'schema_slot' and active)");
        execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'schema_slot'");
        source.close();
    }

    @Test
    @Order(1)
    void addedColumnsWithAndWithoutDefault() throws Exception {
        execute(
                "alter table fund add column cur text not null default 'it''s \\ \"USD\"'",
                "alter table fund add column more int, add column fee numeric(8,3) default 1.125",
                "update fund set more = id where id % 7 = 0");
        assertMirrorEqualsSource("fund");
        assertThat(value("select count(*) from mirror.fund where cur like 'it''s%'"))
                .isGreaterThan(100);
    }

    @Test
    @Order(2)
    void widenedColumns() throws Exception {
        execute(
                "alter table fund alter column qty type bigint, alter column name type text,"
                        + " alter column price type numeric(12,4), alter column ratio type double precision",
                "update fund set qty = 5000000000 + id, name = 'a name that is longer ' || id, price = 1.2345, ratio = 0.1"
                        + " where id % 5 = 0");
        assertMirrorEqualsSource("fund");
        assertThat(types("mirror", "fund")).isEqualTo(types("public", "fund"));
    }

    @Test
    @Order(3)
    void droppedRenamedAndNarrowedColumns() throws Exception {
        execute(
                "alter table fund drop column note",
                "alter table fund rename column tag to label",
                "update fund set qty = id where qty > 2000000000",
                "alter table fund alter column qty type int",
                // What makes up for a rename that is a drop and an add: an event for each row.
                "update fund set label = label");
        assertMirrorEqualsSource("fund");
        assertThat(value("select count(*) from mirror.fund where note is not null or tag is not null"))
                .isZero();
        assertThat(types("mirror", "fund")).containsEntry("qty", "bigint").containsKeys("note", "tag");
    }

    @Test
    @Order(4)
    void aRenameThatATransformCarriesOn() throws Exception {
        execute(
                "update ren set fund_name = 'before' where id < 5",
                "alter table ren rename column fund_name to name",
                "update ren set name = 'behind' where id < 3");
        assertMirrorEqualsSource("ren");
        assertThat(types("mirror", "ren")).doesNotContainKey("fund_name");
    }

    @Test
    @Order(5)
    void aTableThatIsTruncatedDroppedAndMadeAgain() throws Exception {
        execute(
                "truncate again",
                "drop table again",
                "create table again (id bigint primary key, v text, w date default '2020-02-03')",
                "alter publication schema_pub add table again",
                "insert into again select i + 5000000000, 'new' from generate_series(1, 10) i",
                "insert into again values (1, 'new')");
        assertMirrorEqualsSource("again");
    }

    /** Debezium takes the key from the catalog when it reads, not when the change was made: so the last change has to be through. */
    @Test
    @Order(6)
    void anotherPrimaryKeyAfterTheStatementThatTheErrorNames() throws Exception {
        execute("update part set v = 'last of the old key'");
        assertMirrorEqualsSource("part");
        execute(
                "alter table part drop constraint part_pkey, add primary key (id, v)",
                "insert into part select i, 'second' from generate_series(1, 20) i",
                "delete from part where id = 3 and v = 'second'");
        awaitLog("DROP CONSTRAINT \"part_pkey\", ADD PRIMARY KEY (\"id\", \"v\")");
        execute("alter table mirror.part drop constraint \"part_pkey\", add primary key (\"id\", \"v\")");
        assertMirrorEqualsSource("part");
    }

    @Test
    @Order(7)
    void anIncompatibleTypeStopsTheTableAndACrashBetweenTheSinksChanges() throws Exception {
        execute(
                "alter table odd alter column v type text using v::text",
                "update odd set v = '100' || v",
                "insert into odd values (21, '21')");
        awaitLog("ALTER COLUMN \"v\" TYPE text USING \"v\"::text");
        for (ServiceProcess service : services) {
            service.close();
        }
        services.clear();
        execute(
                "alter table fund add column first_crash text default 'one'",
                "update fund set qty = qty where id < 100");
        crashAt("target-altered");
        assertThat(types("mirror", "fund")).containsKey("first_crash");
        execute("alter table fund add column second_crash int default 2", "update fund set qty = qty where id < 100");
        crashAt("schema-put");
        startServices(Map.of("duet.transform.odd.tables", "public.odd", "duet.transform.odd.cast.v", "integer"));
        assertMirrorEqualsSource("fund");
        assertMirrorEqualsSource("odd");
        ended.set(true);
        load.join();
        assertThat(failure).isNull();
        assertMirrorEqualsSource("fund");
    }

    /** The service stands still there, and dies. */
    private void crashAt(String point) throws Exception {
        Path folder = Files.createTempDirectory(
                Path.of(System.getProperty("duet.basedir", "."), "target").toAbsolutePath(), "failpoint");
        Map<String, String> settings = settings();
        settings.put("duet.failpoint.at", point);
        settings.put("duet.failpoint.dir", folder.toString());
        ServiceProcess service = ServiceProcess.start(settings);
        Instant limit = Instant.now().plusSeconds(60);
        while (!Files.exists(folder.resolve(point + ".reached"))) {
            assertThat(Instant.now())
                    .as("not reached: " + point + service.log())
                    .isBefore(limit);
            Thread.sleep(20);
        }
        service.kill();
    }

    @Test
    @Order(8)
    void theLogIsCompleteAndOldRowsAreNullForAnIndependentReader() throws Exception {
        awaitTrue("select bool_and(delivered_next = applied_next) from duet.position where topic like 'schema.%'");
        List<String> tables = List.of("fund", "part", "odd", "again", "ren");
        String[] paths =
                tables.stream().map(table -> root() + "/public/" + table).toArray(String[]::new);
        List<List<JsonNode>> logs = IndependentReader.read(stack, paths);
        for (int i = 0; i < tables.size(); i++) {
            Set<String> records = new HashSet<>();
            logs.get(i)
                    .forEach(row -> assertThat(records.add(row.get("__partition") + "@" + row.get("__offset")))
                            .isTrue());
            assertThat((long) records.size())
                    .as(tables.get(i))
                    .isEqualTo(value("select sum(applied) from duet.position where pipeline = '" + PIPELINE
                            + "' and topic = 'schema.public." + tables.get(i) + "'"))
                    .isEqualTo(value("select sum(applied_next) from duet.position where pipeline = '" + PIPELINE
                            + "' and topic = 'schema.public." + tables.get(i) + "'"));
        }
        assertThat(logs.getFirst())
                .filteredOn(row -> row.get("__op").asText().equals("r"))
                .hasSize(300)
                .allSatisfy(row -> {
                    assertThat(row.path("cur").isValueNode() && !row.path("cur").isNull())
                            .isFalse();
                    assertThat(row.get("note").asText()).isEqualTo("note");
                });
        assertThat(replayed(logs.getFirst())).isEqualTo(funds());
    }

    /** The rows that the log replays to: columns that were there all the time, whatever their types. */
    private static Map<Integer, String> replayed(List<JsonNode> log) {
        List<JsonNode> ordered = new ArrayList<>(log);
        ordered.sort(
                Comparator.comparingInt((JsonNode row) -> row.get("__partition").asInt())
                        .thenComparingLong(row -> row.get("__offset").asLong()));
        Map<Integer, String> rows = new TreeMap<>();
        for (JsonNode row : ordered) {
            int id = row.get("id").asInt();
            if (row.get("__op").asText().equals("d")) {
                rows.remove(id);
            } else {
                BigDecimal price = row.hasNonNull("price")
                        ? new BigDecimal(row.get("price").asText())
                        : null;
                rows.put(
                        id,
                        row.get("name").asText() + " " + row.get("qty").asLong() + " "
                                + (price == null ? null : price.setScale(4)));
            }
        }
        return rows;
    }

    private Map<Integer, String> funds() throws SQLException {
        Map<Integer, String> rows = new TreeMap<>();
        try (Statement sql = source.createStatement()) {
            ResultSet row =
                    sql.executeQuery("select id, name || ' ' || qty || ' ' || coalesce(price::text, 'null') from fund");
            while (row.next()) {
                rows.put(row.getInt(1), row.getString(2));
            }
        }
        return rows;
    }

    private String root() {
        return "s3a://" + stack.s3Bucket() + "/schema";
    }

    private Map<String, String> settings() {
        Map<String, String> settings = ServiceProcess.settings(stack, PIPELINE, database, root());
        settings.put("duet.source.topics", "schema\\.public\\..*");
        settings.put("duet.source.stopped-table-retry", "1s");
        settings.put("duet.postgres.table", "mirror.{table}");
        settings.put("duet.transform.ren.tables", "public.ren");
        settings.put("duet.transform.ren.rename.fund_name", "name");
        settings.put("duet.transform.ren.missing-columns", "ignore");
        return settings;
    }

    private void startServices(Map<String, String> more) throws Exception {
        for (int i = 0; i < 2; i++) {
            Map<String, String> settings = settings();
            settings.putAll(more);
            services.add(ServiceProcess.start(settings));
        }
        for (ServiceProcess service : services) {
            service.awaitStarted();
        }
    }

    /** Changes of columns that no test renames or drops, until it is stopped. */
    private void load() {
        Random random = new Random(5);
        try (Connection connection = stack.connect(database, "postgres");
                Statement sql = connection.createStatement()) {
            for (int i = 1; !ended.get(); i++) {
                int id = 1 + random.nextInt(600);
                turn.lock();
                try {
                    sql.execute(
                            switch (random.nextInt(4)) {
                                case 0 -> "delete from fund where id = " + id + " and id > 300";
                                case 1 ->
                                    "insert into fund (id, name, qty) values (" + id + ", 'l" + id + "', " + i
                                            + ") on conflict do nothing";
                                default -> "update fund set qty = " + i + " where id = " + id;
                            });
                } finally {
                    turn.unlock();
                }
                Thread.sleep(2);
            }
        } catch (Exception e) {
            failure = e;
        }
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

    private Map<String, String> types(String schema, String table) throws SQLException {
        Map<String, String> types = new TreeMap<>();
        try (Statement sql = source.createStatement()) {
            ResultSet row = sql.executeQuery(
                    "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '" + schema
                            + "." + table
                            + "'::regclass and attnum > 0 and not attisdropped and attname not like '\\_\\_%'");
            while (row.next()) {
                types.put(row.getString(1), row.getString(2));
            }
        }
        return types;
    }

    private void awaitTrue(String query) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!isTrue(query)) {
            assertThat(Instant.now()).as(query + logs()).isBefore(limit);
            Thread.sleep(100);
        }
    }

    private boolean isTrue(String query) throws SQLException {
        try (Statement sql = source.createStatement()) {
            ResultSet row = sql.executeQuery(query);
            row.next();
            return row.getBoolean(1);
        }
    }

    private void awaitLog(String text) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!logs().contains(text)) {
            assertThat(Instant.now()).as("'" + text + "' is not in" + logs()).isBefore(limit);
            Thread.sleep(100);
        }
    }

    private String logs() throws Exception {
        StringBuilder logs = new StringBuilder();
        for (ServiceProcess service : services) {
            logs.append('\n').append(service.log());
        }
        return logs.toString();
    }

    /** In the columns that the source has now. The load rests meanwhile. */
    private void assertMirrorEqualsSource(String table) throws Exception {
        String columns = String.join(", ", types("public", table).keySet());
        String there = "select " + columns + " from public." + table;
        String here = "select " + (table.equals("odd") ? "id, v::text" : columns) + " from mirror." + table;
        String difference = "select count(*) from ((" + there + " except all " + here + ") union all (" + here
                + " except all " + there + ")) d";
        awaitTrue("select to_regclass('mirror." + table + "') is not null");
        Instant limit = Instant.now().plusSeconds(60);
        turn.lock();
        try {
            long rows = -1;
            while (rows != 0) {
                assertThat(Instant.now())
                        .as(rows + " rows of " + table + " differ" + logs())
                        .isBefore(limit);
                Thread.sleep(50);
                // Until the mirror has all columns.
                rows = types("mirror", table)
                                .keySet()
                                .containsAll(types("public", table).keySet())
                        ? value(difference)
                        : -1;
            }
        } finally {
            turn.unlock();
        }
    }
}
