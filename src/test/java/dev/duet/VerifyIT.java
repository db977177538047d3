package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.TypeCases.Case;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Guarantee, with real Debezium: {@code duet verify} finds source, mirror and Delta equal while data flows, with deletes, truncates, key
 * changes, unchanged TOAST columns and values of each type; and it finds each row that is missing, extra or changed in either copy, by its
 * key. One connector and one service live through all tests, in their order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VerifyIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PIPELINE = "verify";
    private static final String READER = "verify_reader";
    private static final int TYPE_ROWS = 7;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<Case> cases = TypeCases.all();
    private final String root = "s3a://" + stack.s3Bucket() + "/verify";
    private Map<String, String> settings = Map.of();
    private String database = "";
    private Connection source;
    private Connection mirror;
    private ConnectProcess worker;
    private ServiceProcess service;

    @BeforeAll
    void start() throws Exception {
        database = stack.freshDatabase("verify");
        source = stack.connect(database, "postgres");
        execute(source, "create extension citext; create extension hstore; create extension ltree");
        TypeCases.SETUP.forEach(statement -> execute(source, statement));
        execute(
                source,
                "create table fund (id int primary key, name text, price numeric(10,2), note text, at timestamptz, data jsonb,"
                        + " raw bytea, active boolean, ratio double precision)",
                "alter table fund alter note set storage external",
                "create table holding (owner text, no bigint, amount numeric, primary key (owner, no))",
                "create table code (code varchar(20) collate \"en-x-icu\" primary key, label text)",
                "create table wiped (id int primary key, v text)",
                "create table everything (id int primary key, " + columns() + ")",
                "create table keyless (v text)",
                "create table graded (id int primary key, v text)",
                "insert into graded select i, 'v' from generate_series(1, 20) i",
                "insert into fund select i, 'fund ' || i, i / 10.0, case when i % 10 = 0 then repeat('long ', 2000) end,"
                        + " now(), jsonb_build_object('bb', i, 'a', '\u00fc \"' || i), decode(lpad(to_hex(i), 8, '0'), 'hex'),"
                        + " i % 2 = 0, i / 3.0 from generate_series(1, 3000) i",
                "insert into holding select 'owner ' || i % 17, i, i * 1.50 from generate_series(1, 500) i",
                "insert into code select chr(97 + i % 26) || chr(65 + i % 26) || '-' || i, 'l' from generate_series(1, 300) i",
                "insert into wiped select i, 'old' from generate_series(1, 50) i",
                "insert into keyless values ('a'), ('a')");
        for (int row = 0; row < TYPE_ROWS; row++) {
            execute(source, types(row));
        }
        execute(
                source,
                "create publication verify_pub for table fund, holding, code, wiped, everything, keyless, graded",
                "do $$ begin create role " + READER
                        + " login password 'reader'; exception when duplicate_object then null; end $$",
                "grant select on all tables in schema public to " + READER);
        worker = ConnectProcess.start(stack, "verify", true);
        worker.register(
                "verify",
                ConnectProcess.configuration(
                        stack,
                        Map.of(
                                "database.dbname", database,
                                "topic.prefix", "verify",
                                "slot.name", "verify_slot",
                                "publication.name", "verify_pub",
                                "table.include.list", "public.*")));
        String target = stack.freshDatabase("verify_target");
        settings = ServiceProcess.settings(stack, PIPELINE, target, root);
        settings.put("duet.source.topics", "verify\\.public\\..*");
        settings.put("duet.delta.nan", "null");
        settings.put("duet.source.ambiguous-nulls", "unchanged");
        settings.put("duet.postgres.table", "copy.{table}");
        settings.put("duet.postgres.modes.\"public.keyless\"", "trail");
        settings.put(
                "duet.verify.source.url",
                "postgresql://" + stack.postgresHost() + ":" + stack.postgresPort() + "/" + database);
        settings.put("duet.verify.source.username", READER);
        settings.put("duet.verify.source.password", "reader");
        service = ServiceProcess.start(settings).awaitStarted();
        mirror = stack.connect(target, "duet");
        awaitMirrored("fund", 3000);
        awaitMirrored("everything", TYPE_ROWS);
        history();
    }

    /** What is hard to fold: each with a reason to go wrong. */
    private void history() {
        execute(
                source,
                "update fund set name = 'again' where id % 10 = 0", // leaves the long note out
                "update fund set note = null where id = 20",
                "update fund set price = null, data = null, at = null where id % 7 = 0",
                "delete from fund where id % 100 = 99",
                "update fund set id = 5001 where id = 1", // a key change
                "delete from fund where id = 2; insert into fund (id, name) values (2, 'back')",
                "update holding set owner = 'Ünï, \"x\"' where no = 3",
                "truncate wiped",
                "insert into wiped values (1, 'new'), (99, 'new')",
                "update everything set c0 = 7 where id = 3");
    }

    @AfterAll
    void stop() throws Exception {
        if (service != null) {
            service.close();
        }
        if (worker != null) {
            worker.close();
        }
        Instant limit = Instant.now().plusSeconds(30);
        while (!"0"
                        .equals(value(
                                source,
                                "select count(*) from pg_replication_slots where active and slot_name = 'verify_slot'"))
                && Instant.now().isBefore(limit)) {
            Thread.sleep(100);
        }
        execute(
                source,
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'verify_slot'",
                "drop owned by " + READER,
                "drop role " + READER);
        source.close();
        mirror.close();
    }

    @Test
    @Order(1)
    void equalWhileDataFlows() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread load = Thread.ofPlatform().start(() -> load(ended));
        try {
            Answer answer = verify(
                    "--chunk", "500", "--rounds", "15", "public.fund", "public.holding", "public.code", "public.wiped");
            assertThat(answer.exit()).as(answer.text()).isZero();
            assertThat(answer.json().path("equal").asBoolean()).isTrue();
            for (JsonNode table : answer.json().path("tables")) {
                assertThat(table.path("sourceCompared").asBoolean()).isTrue();
                assertThat(table.path("deltaCompared").asBoolean()).isTrue();
                assertThat(table.path("rows").asInt()).isPositive();
                assertThat(table.path("notCompared")).isEmpty();
            }
        } finally {
            ended.set(true);
            load.join();
        }
    }

    /** Which types can't be compared is said, by name. */
    @Test
    @Order(2)
    void valuesOfEachTypeAreEqual() throws Exception {
        Answer answer = verify("--nudge", "public.everything", "public.keyless");
        JsonNode everything = answer.json().path("tables").path(0);
        // Debezium moves old dates in a snapshot: what it loses is found.
        assertThat(differences(answer))
                .as(answer.text())
                .containsExactly("public.everything mirror different [\"4\"] [\"" + column("date") + "\"]");
        Set<String> left = new TreeSet<>();
        everything
                .path("notCompared")
                .forEach(one -> left.add(one.path("side").asText() + " "
                        + type(one.path("column").asText())));
        assertThat(left)
                .containsExactlyInAnyOrder(
                        "source box",
                        "source lseg",
                        "source path",
                        "source polygon",
                        "source time[]",
                        "source int[][]",
                        "delta timetz",
                        "delta timetz[]",
                        "delta numeric(8,3)[]",
                        "delta interval",
                        "delta interval(3)",
                        "delta interval year to month",
                        "delta tstzrange",
                        "delta tstzrange[]",
                        "delta point",
                        "delta line",
                        "delta circle");
        assertThat(answer.json().path("tables").path(1).path("outcome").asText())
                .isEqualTo("not_compared");
        assertThat(answer.exit()).isEqualTo(1);
    }

    @Test
    @Order(3)
    void whatIsWrongInTheMirrorIsFound() throws Exception {
        execute(
                mirror,
                "update copy.fund set name = 'planted' where id = 5",
                "delete from copy.fund where id = 6",
                "insert into copy.fund (id, name, __lsn) values (888888, 'planted', 0)",
                "update copy.holding set amount = amount + 0.01 where no = 3",
                "update copy.code set label = null where code = 'bB-1'",
                "delete from copy.wiped where id = 99");
        Answer answer = verify(
                "--nudge",
                "--values",
                "--chunk",
                "1000",
                "public.fund",
                "public.holding",
                "public.code",
                "public.wiped");
        assertThat(answer.exit()).as(answer.text()).isEqualTo(1);
        assertThat(differences(answer))
                .containsExactlyInAnyOrder(
                        "public.fund mirror different [\"5\"] [\"name\"] [\"fund 5\"] [\"planted\"]",
                        "public.fund mirror missing [\"6\"] []",
                        "public.fund mirror extra [\"888888\"] []",
                        "public.holding mirror different [\"Ünï, \\\"x\\\"\",\"3\"] [\"amount\"] [\"4.5\"] [\"4.51\"]",
                        "public.code mirror different [\"bB-1\"] [\"label\"] [\"l\"] [null]",
                        "public.wiped mirror missing [\"99\"] []");
        execute(
                mirror,
                "update copy.fund set name = 'fund 5' where id = 5",
                "delete from copy.fund where id = 888888",
                "update copy.holding set amount = amount - 0.01 where no = 3",
                "update copy.code set label = 'l' where code = 'bB-1'");
        execute(source, "update fund set active = false where id = 6; update wiped set v = 'newer' where id = 99");
    }

    @Test
    @Order(4)
    void whatIsWrongInDeltaIsFound() throws Exception {
        String fund = "delta.`" + root + "/public/fund`";
        try (ForeignEngine spark = new ForeignEngine(stack)) {
            spark.run("update " + fund + " set name = 'planted' where id = 7");
            spark.run("delete from " + fund + " where id = 8");
            spark.run("insert into " + fund + " select 888888 as id, * except (id) from " + fund + " where id = 9");
            spark.run("update " + fund + " set __op = 'd' where id = 11");
        }
        Answer answer = verify("--nudge", "public.fund");
        assertThat(answer.exit()).as(answer.text()).isEqualTo(1);
        assertThat(differences(answer))
                .containsExactlyInAnyOrder(
                        "public.fund delta different [\"7\"] []",
                        "public.fund delta missing [\"8\"] []",
                        "public.fund delta extra [\"888888\"] []",
                        "public.fund delta missing [\"11\"] []");
        assertThat(answer.text()).doesNotContain("planted");
    }

    /** A table that was rewritten no longer tells in its catalog that a column came later. */
    @Test
    @Order(5)
    void aColumnThatCameLaterIsToldFromOthersAfterTheMirrorWasRewritten() throws Exception {
        execute(source, "alter table graded add grade text default 'A'", "insert into graded values (21, 'v', 'B')");
        awaitMirrored("graded", 21);
        execute(mirror, "vacuum full copy.graded");
        Answer answer = verify("--nudge", "public.graded");
        assertThat(answer.exit()).as(answer.text()).isZero();
        JsonNode left = answer.json().at("/tables/0/notCompared");
        assertThat(left).hasSize(1);
        assertThat(left.get(0).path("side").asText() + " "
                        + left.get(0).path("column").asText())
                .isEqualTo("delta grade");
    }

    @Test
    @Order(6)
    void whatCanNotBeKnownIsNotCalledEqual() throws Exception {
        service.close();
        execute(source, "update holding set amount = 0 where no = 1");
        Answer behind = verify("--nudge", "--timeout", "3", "public.holding");
        assertThat(behind.exit()).as(behind.text()).isEqualTo(3);
        assertThat(behind.text()).contains("did not pass").contains("verify.public.holding-");
        Answer unknown = verify("public.nothing");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.text()).contains("there is no table public.nothing");
    }

    private record Answer(int exit, JsonNode json, String text) {}

    /** With JSON as its output; leaves no file behind. */
    private Answer verify(String... arguments) throws Exception {
        Path files = Files.createDirectories(Path.of(System.getProperty("duet.basedir", "."))
                .toAbsolutePath()
                .resolve("target/verify-files"));
        List<String> command = new ArrayList<>(List.of("verify", "--output=json", "--directory=" + files));
        command.addAll(List.of(arguments));
        CommandRun result = CommandRun.of(settings, command.toArray(String[]::new));
        assertThat(files).isEmptyDirectory();
        JsonNode json = result.out().startsWith("{") ? JSON.readTree(result.out()) : JSON.createObjectNode();
        return new Answer(result.exitCode(), json, result.text());
    }

    private static List<String> differences(Answer answer) {
        List<String> all = new ArrayList<>();
        for (JsonNode table : answer.json().path("tables")) {
            for (JsonNode one : table.path("differences")) {
                String values = one.path("columns").isEmpty() || !one.has("expected")
                        ? ""
                        : " " + one.path("expected") + " " + one.path("found");
                all.add(table.path("table").asText() + " " + one.path("side").asText() + " "
                        + one.path("kind").asText() + " " + one.path("key") + " " + one.path("columns") + values);
            }
        }
        return all;
    }

    private void load(AtomicBoolean ended) {
        Random random = new Random(7);
        try (Connection connection = stack.connect(database, "postgres")) {
            while (!ended.get()) {
                int id = 21 + random.nextInt(2980);
                execute(
                        connection,
                        "update fund set price = " + random.nextInt(100_000) + " / 100.0, name = 'load' where id = "
                                + id,
                        "update holding set amount = amount + 1 where no = " + (4 + random.nextInt(490)),
                        "update code set label = 'l" + random.nextInt(9) + "' where code like '%-"
                                + (2 + random.nextInt(298)) + "'",
                        "delete from fund where id = " + (10_000 + random.nextInt(50)),
                        "insert into fund (id, name) values (" + (10_000 + random.nextInt(50))
                                + ", 'come') on conflict do nothing");
                Thread.sleep(20);
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String columns() {
        return IntStream.range(0, cases.size())
                .mapToObj(i -> "c" + i + " " + cases.get(i).type())
                .collect(Collectors.joining(", "));
    }

    private String column(String type) {
        return "c" + cases.stream().map(Case::type).toList().indexOf(type);
    }

    private String type(String column) {
        return column.matches("c\\d+")
                ? cases.get(Integer.parseInt(column.substring(1))).type()
                : column;
    }

    /** Streamed or in a snapshot they are the same, but for old dates, which Debezium moves in a snapshot. */
    private String types(int row) {
        String values = cases.stream()
                .map(of -> row < of.values().size()
                                && !of.values().get(row).contains(" BC")
                                && !of.values().get(row).contains("0001-")
                        ? "(" + of.values().get(row) + ")::" + of.type()
                        : "null")
                .collect(Collectors.joining(", "));
        return "insert into everything values (" + row + ", " + values + ")";
    }

    private void awaitMirrored(String table, int rows) throws Exception {
        Instant limit = Instant.now().plus(Duration.ofSeconds(90));
        while (!Checks.exists(mirror, "copy." + table)
                || !Integer.toString(rows).equals(value(mirror, "select count(*) from copy." + table))) {
            assertThat(Instant.now()).as(table + "\n" + service.log()).isBefore(limit);
            Thread.sleep(200);
        }
    }

    private static void execute(Connection connection, String... statements) {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery(sql);
            row.next();
            return row.getString(1);
        }
    }
}
