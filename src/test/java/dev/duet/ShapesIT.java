package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Guarantee, with real Debezium: tables of every shape come to equal mirrors. Composite and text keys, names that need quotes and fill 63
 * bytes, one name in two schemas, a partitioned table whose rows move between partitions, TRUNCATE ... CASCADE, keys that change, and a
 * table without a key, whose changes are appended.
 */
class ShapesIT {
    private static final String ODD = "\"Odd \"\"Name\"\"; drop\"";
    private static final String LONG = "\"" + "Ü".repeat(31) + "x\"";
    private static final List<String> MIRRORED = List.of(
            "one.same",
            "two.same",
            "public.composite",
            "public." + ODD,
            "public." + LONG,
            "public.part",
            "public.parent",
            "public.child");

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private @Nullable Connection source;
    private @Nullable ConnectProcess worker;
    private String database = "";

    @AfterEach
    void stop() throws Exception {
        if (worker != null) {
            worker.close();
        }
        if (source != null) {
            Connection open = source;
            String mine = " from pg_replication_slots where database = '" + database + "'";
            await(open, "select count(*) = 0" + mine + " and active");
            execute(open, "select pg_drop_replication_slot(slot_name)" + mine);
            open.close();
        }
    }

    @Test
    void mirrorsEqualTheirSources() throws Exception {
        database = stack.freshDatabase("shapes");
        Connection open = stack.connect(database, "postgres");
        source = open;
        makeTables(open);
        worker = ConnectProcess.start(stack, "shapes", true);
        worker.register(
                "shapes",
                ConnectProcess.configuration(
                        stack,
                        Map.of(
                                "database.dbname", database,
                                "topic.prefix", "shapes",
                                "slot.name", "shapes",
                                "publication.name", "shapes_pub",
                                "table.include.list", "(one|two|public)[.].*",
                                "topic.creation.default.partitions", "3")));
        String target = stack.freshDatabase("shapes_target");
        Map<String, String> settings = new LinkedHashMap<>(
                ServiceProcess.settings(stack, "shapes", target, "s3a://" + stack.s3Bucket() + "/shapes"));
        settings.put("duet.source.topics", "shapes\\..*");
        settings.put("duet.postgres.modes.\"public.keyless\"", "trail");
        settings.put("mp.messaging.incoming.changes.metadata.max.age.ms", "1000");
        // Delta allows fewer characters in a column's name than PostgreSQL.
        settings.put("duet.transform.odd.tables", "public.Odd*");
        settings.put("duet.transform.odd.rename.a \"b\"; c", "odd");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                Connection mirror = stack.connect(target, "duet")) {
            awaitMirrored(open, mirror);
            change(open);
            awaitMirrored(open, mirror);
            assertThat(rows(
                            mirror,
                            "select v, n, sum(case when __op = 'd' then -1 when __op in ('c', 'r') then 1 else 0 end)"
                                    + " from public.keyless_trail where __op <> 'u' group by 1, 2"
                                    + " having sum(case when __op = 'd' then -1 else 1 end) <> 0"))
                    .as("rows of the trail that are still there")
                    .isEqualTo(rows(open, "select v, n, count(*) from keyless group by 1, 2"));
            assertThat(service.health("ready")).isEqualTo(200);
        }
    }

    private static void makeTables(Connection source) throws SQLException {
        execute(source, "create schema one; create schema two");
        execute(
                source,
                "create table one.same (id int primary key, v text); create table two.same (id text primary key, n int)");
        execute(source, "create table composite (a text, b varchar(20), c date, v text, primary key (b, c, a))");
        execute(source, "create table " + ODD + " (id int primary key, \"a \"\"b\"\"; c\" text)");
        execute(source, "create table " + LONG + " (" + LONG + " int primary key, \"Select\" text)");
        execute(
                source,
                "create table part (id int, region text, v text, primary key (id, region)) partition by list (region);"
                        + " create table part_eu partition of part for values in ('eu');"
                        + " create table part_us partition of part for values in ('us')");
        execute(
                source,
                "create table parent (id int primary key, v text);"
                        + " create table child (id int primary key, parent int references parent, v text)");
        execute(source, "create table keyless (v text, n numeric(10,2)); alter table keyless replica identity full");
        execute(
                source,
                "create publication shapes_pub for tables in schema one, two, public with (publish_via_partition_root = true)");
        execute(source, "insert into one.same select i, 'one ' || i from generate_series(1, 20) i");
        execute(source, "insert into two.same select 'key ' || i, i from generate_series(1, 20) i");
        execute(
                source,
                "insert into composite select 'a' || i, 'b', date '2026-01-01' + i, 'v' from generate_series(1, 20) i");
        execute(source, "insert into " + ODD + " select i, 'v' from generate_series(1, 20) i");
        execute(source, "insert into " + LONG + " select i, 'v' from generate_series(1, 20) i");
        execute(
                source,
                "insert into part select i, case when i % 2 = 0 then 'eu' else 'us' end, 'v' from generate_series(1, 20) i");
        execute(source, "insert into parent select i, 'v' from generate_series(1, 20) i");
        execute(source, "insert into child select i, i, 'v' from generate_series(1, 20) i");
        execute(source, "insert into keyless select 'v' || i % 5, i from generate_series(1, 20) i");
    }

    private static void change(Connection source) throws SQLException {
        execute(source, "update one.same set v = 'changed' where id <= 10; delete from one.same where id = 20");
        execute(source, "update two.same set id = 'moved ' || n where n <= 5; delete from two.same where n = 19");
        execute(
                source,
                "update composite set a = a || '!' where c < date '2026-01-10'; delete from composite where a = 'a20'");
        execute(
                source,
                "update " + ODD + " set \"a \"\"b\"\"; c\" = null where id = 1; delete from " + ODD + " where id = 2");
        execute(source, "update " + LONG + " set " + LONG + " = " + LONG + " + 100 where " + LONG + " < 5");
        execute(
                source,
                "update part set region = 'eu' where id < 8; delete from part where id = 10; update part set v = 'x'");
        execute(
                source,
                "truncate parent cascade; insert into parent values (1, 'again'), (2, 'again'); insert into child values (7, 1, 'again')");
        execute(source, "delete from keyless where n = 3; insert into keyless values ('v1', 6), ('new', null)");
        execute(source, "delete from keyless where v = 'v1' and n = 6");
    }

    /** The last change of each table is known by what the mirror has then. */
    private static void awaitMirrored(Connection source, Connection mirror) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        Map<String, Object> expected = contents(source, false);
        while (!Objects.equals(expected, contents(mirror, true))) {
            if (Instant.now().isAfter(limit)) {
                assertThat(contents(mirror, true)).isEqualTo(expected);
            }
            Thread.sleep(200);
        }
    }

    private static Map<String, Object> contents(Connection connection, boolean mirror) throws SQLException {
        Map<String, Object> contents = new TreeMap<>();
        for (String table : MIRRORED) {
            if (mirror && !Checks.exists(connection, table)) {
                return contents;
            }
            String row = "to_jsonb(t) - '__lsn' - '__source_ts_ms'";
            contents.put(
                    table,
                    rows(
                            connection,
                            "select replace((" + row + ")::text, '\"a \\\"b\\\"; c\"', '\"odd\"') from " + table
                                    + " t"));
        }
        return contents;
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet found = statement.executeQuery("select r::text from (" + sql + ") r order by 1");
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(found.getString(1));
            }
            return rows;
        }
    }

    private static void await(Connection connection, String condition) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!rows(connection, condition).equals(List.of("(t)"))) {
            assertThat(Instant.now()).as(condition).isBefore(limit);
            Thread.sleep(100);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
