package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Guarantee, with real Debezium: whatever its events' order and however often its worker dies, the mirror becomes equal to the source row
 * for row. One connector and one service live through all tests, in their order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SourceIT {
    private static final String PIPELINE = "source";

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private String database = "";
    private Connection source;
    private ConnectProcess worker;
    private @Nullable ServiceProcess service;

    @BeforeAll
    void start() throws Exception {
        database = stack.freshDatabase("source");
        source = connect();
        execute(
                source,
                "create schema mirror authorization duet",
                "create table acct (id int primary key, v text, n int)",
                "create table pos (id int primary key, acct int, v text)",
                "create table dbz_signal (id text primary key, type text, data text)",
                "insert into acct select i, 'start', 0 from generate_series(1, 400) i",
                "insert into pos select i, i, 'start' from generate_series(1, 400) i",
                "create publication source_pub for table acct, pos, dbz_signal");
        worker = ConnectProcess.start(stack, "source", true);
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
                "the slot is still in use",
                "select not exists (select from pg_replication_slots" + " where slot_name = 'source_slot' and active)");
        execute(
                source,
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                        + " where slot_name = 'source_slot'");
        source.close();
    }

    /**
     * The slot becomes consistent when the transactions that ran before it have ended; one that began meanwhile may have written before
     * the snapshot and commits behind it. Its change comes with a lower LSN than the row of the snapshot.
     */
    @Test
    @Order(1)
    void aTransactionInFlightDuringTheInitialSnapshot() throws Exception {
        try (Connection first = connect();
                Connection second = connect();
                Connection third = connect()) {
            begin(first, "update acct set v = 'first' where id = 1");
            worker.register("source", configuration(true));
            awaitTrue(
                    "no slot is being made",
                    "select exists (select from pg_stat_activity"
                            + " where query like 'CREATE_REPLICATION_SLOT%source_slot%' and wait_event_type = 'Lock')");
            begin(second, "update acct set v = 'second' where id = 2");
            first.commit();
            awaitTrue(
                    "the slot does not wait for the second",
                    "select count(*) = 1 from pg_locks l join pg_stat_activity a"
                            + " on a.pid = l.pid where not l.granted and l.transactionid = (select backend_xid from pg_stat_activity"
                            + " where query like '%second%' and state = 'idle in transaction')");
            begin(third, "update acct set v = 'third' where id = 3");
            second.commit();
            awaitTrue(
                    "the connector does not stream",
                    "select exists (select from pg_stat_activity"
                            + " where query like 'START_REPLICATION%source_slot%')");
            third.commit();
        }
        startService();
        assertMirrorEqualsSource();
        assertThat(value(
                        "select count(*) from mirror.acct_trail u join mirror.acct_trail r on r.id = u.id and r.__op = 'r'"
                                + " where u.__op = 'u' and u.v = 'third' and u.__lsn < r.__lsn"))
                .as("the case came about")
                .isEqualTo(1);
    }

    @Test
    @Order(2)
    void snapshotsBySignalWhileChangesFlow() throws Exception {
        try (Load load = new Load();
                Connection inFlight = connect()) {
            begin(
                    inFlight,
                    "update acct set v = 'in flight' where id between 11 and 30",
                    "delete from acct where id = 31");
            signal("incremental");
            awaitTrue(
                    "no incremental snapshot",
                    "select count(*) >= 300 from mirror.acct_trail where __op = 'r'" + " and __tx_id = -1");
            inFlight.commit();
            begin(inFlight, "update acct set v = 'in flight again' where id between 21 and 40");
            long before = value("select count(*) from mirror.pos_trail where __op = 'r'");
            signal("blocking");
            execute(
                    source,
                    "update pos set v = 'behind the signal' where id between 1 and 50",
                    "delete from pos where id = 7");
            awaitTrue(
                    "no blocking snapshot",
                    "select count(*) >= " + (before + 300) + " from mirror.pos_trail where __op = 'r'");
            inFlight.commit();
            load.stop();
        }
        assertMirrorEqualsSource();
        assertThat(service().metric("duet_records_total", "outcome=\"dead-lettered\""))
                .isZero();
    }

    @Test
    @Order(3)
    void interleavedTransactionsOneCopyAndTruncates() throws Exception {
        try (Connection a = connect();
                Connection b = connect()) {
            for (int round = 0; round < 5; round++) {
                begin(
                        a,
                        "update acct set v = 'a' where id = " + (50 + round),
                        "insert into pos values (" + (5000 + round) + ", 1, 'a')");
                begin(
                        b,
                        "update acct set v = 'b' where id = " + (60 + round),
                        "delete from pos where id = " + (100 + round));
                execute(a, "update pos set v = 'a' where id = " + (200 + round));
                execute(b, "update acct set v = 'b2' where id = " + (60 + round));
                (round % 2 == 0 ? a : b).commit();
                (round % 2 == 0 ? b : a).commit();
            }
        }
        execute(source, "insert into pos select i, i, 'ahead' from generate_series(10000, 12000) i", "truncate pos");
        source.unwrap(org.postgresql.PGConnection.class)
                .getCopyAPI()
                .copyIn("copy pos from stdin", new java.io.StringReader(copy()));
        assertThat(value("select count(*) from pos")).isEqualTo(2000);
        begin(source, "truncate pos", "insert into pos select i, i, 'behind' from generate_series(1, 900) i");
        source.commit();
        source.setAutoCommit(true);
        execute(source, "update pos set v = 'later' where id % 3 = 0", "update pos set id = id + 5000 where id < 50");
        assertMirrorEqualsSource();
        assertThat(value("select count(*) - count(distinct __lsn) from mirror.pos_trail where v = 'copied'"))
                .as("rows of the COPY that share an LSN")
                .isPositive();
    }

    @Test
    @Order(4)
    void killedWithExactlyOnceSupportNothingComesTwice() throws Exception {
        killAndRestart(true);
        assertMirrorEqualsSource();
        assertThat(value(duplicates("acct"))).isZero();
        assertThat(value(duplicates("pos"))).isZero();
    }

    @Test
    @Order(5)
    void killedWithoutItEventsComeAgainAndTheMirrorConverges() throws Exception {
        worker.close();
        worker = ConnectProcess.start(stack, "source", false);
        worker.register("source", configuration(false));
        killAndRestart(false);
        assertMirrorEqualsSource();
        assertThat(value(duplicates("acct"))).as("the case came about").isPositive();
        assertThat(service().health("ready")).isEqualTo(200);
    }

    private void killAndRestart(boolean exactlyOnce) throws Exception {
        try (Load load = new Load()) {
            long before = value("select count(*) from mirror.acct_trail");
            awaitTrue("nothing flows", "select count(*) > " + (before + 400) + " from mirror.acct_trail");
            worker.kill();
            worker = ConnectProcess.start(stack, "source", exactlyOnce);
            worker.register("source", configuration(exactlyOnce));
            long killed = value("select count(*) from mirror.acct_trail");
            awaitTrue("nothing flows again", "select count(*) > " + (killed + 200) + " from mirror.acct_trail");
            load.stop();
        }
    }

    /** How often changes are in the log again; docs/operations.md shows the query. */
    private static String duplicates(String table) {
        return "select count(*) - count(distinct (__lsn, __tx_id, __op, id)) from mirror." + table
                + "_trail where __op <> 'r'";
    }

    private Map<String, String> configuration(boolean exactlyOnce) throws Exception {
        return ConnectProcess.configuration(
                stack,
                Map.of(
                        "database.dbname", database,
                        "topic.prefix", PIPELINE,
                        "slot.name", "source_slot",
                        "publication.name", "source_pub",
                        "table.include.list", "public.acct,public.pos",
                        "signal.data.collection", "public.dbz_signal",
                        "incremental.snapshot.chunk.size", "64",
                        "exactly.once.support", exactlyOnce ? "required" : "requested",
                        // what a kill leaves open ends sooner than with the deployed value, and two tables need no more
                        "producer.override.transaction.timeout.ms", "10000"));
    }

    private void startService() throws Exception {
        Map<String, String> settings =
                ServiceProcess.settings(stack, PIPELINE, database, "s3a://" + stack.s3Bucket() + "/source");
        settings.put("duet.source.topics", "source.public.acct,source.public.pos");
        settings.put("duet.postgres.table", "mirror.{table}");
        settings.put("duet.postgres.mode", "both");
        service = ServiceProcess.start(settings).awaitStarted();
    }

    private ServiceProcess service() {
        return Objects.requireNonNull(service);
    }

    private void signal(String type) throws SQLException {
        execute(
                source,
                "insert into dbz_signal values ('" + type + "', 'execute-snapshot',"
                        + " '{\"data-collections\": [\"public.acct\", \"public.pos\"], \"type\": \"" + type + "\"}')");
    }

    private static String copy() {
        StringBuilder rows = new StringBuilder();
        for (int i = 1; i <= 2000; i++) {
            rows.append(i).append('\t').append(i).append("\tcopied\n");
        }
        return rows.toString();
    }

    private Connection connect() throws SQLException {
        return stack.connect(database, "postgres");
    }

    private static void begin(Connection connection, String... statements) throws SQLException {
        connection.setAutoCommit(false);
        execute(connection, statements);
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement sql = connection.createStatement()) {
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
        while (true) {
            try (Statement sql = source.createStatement()) {
                ResultSet row = sql.executeQuery(query);
                row.next();
                if (row.getBoolean(1)) {
                    return;
                }
            }
            assertThat(Instant.now()).as(otherwise).isBefore(limit);
            Thread.sleep(100);
        }
    }

    /** Behind a last change of both tables. */
    private void assertMirrorEqualsSource() throws Exception {
        int mark = (int) (System.nanoTime() >>> 20 & 0xFFFFFF) + 1_000_000;
        execute(
                source,
                "insert into acct values (" + mark + ", 'mark', 0)",
                "insert into pos values (" + mark + ", 0, 'mark')");
        String difference =
                "select count(*) from ((select %1$s from public.%2$s except all select %1$s from mirror.%2$s)"
                        + " union all (select %1$s from mirror.%2$s except all select %1$s from public.%2$s)) d";
        String both = "select (" + difference.formatted("id, v, n", "acct") + ") + ("
                + difference.formatted("id, acct, v", "pos") + ")";
        Instant limit = Instant.now().plusSeconds(90);
        awaitTrue(
                "the mirrors are not there",
                "select to_regclass('mirror.acct') is not null and to_regclass('mirror.pos') is not null");
        long rows = value(both);
        while (rows != 0) {
            assertThat(Instant.now())
                    .as("%s rows differ: %s", rows, service().log())
                    .isBefore(limit);
            Thread.sleep(100);
            rows = value(both);
        }
    }

    /** Changes rows of both tables, one after the other, until it is stopped. */
    private final class Load implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Thread thread = new Thread(this::run, "load");
        private volatile @Nullable Throwable failure;

        Load() {
            thread.start();
        }

        private void run() {
            Random random = new Random(3);
            try (Connection connection = connect();
                    Statement sql = connection.createStatement()) {
                for (int i = 1; !ended.get(); i++) {
                    int id = 100 + random.nextInt(300);
                    switch (random.nextInt(10)) {
                        case 0 -> sql.execute("delete from acct where id = " + id);
                        case 1 ->
                            sql.execute("insert into acct values (" + id + ", 'again', " + i
                                    + ") on conflict (id) do update set v = 'again', n = excluded.n");
                        case 2, 3 -> sql.execute("update pos set v = 'load " + i + "' where id = " + id);
                        default -> sql.execute("update acct set v = 'load', n = " + i + " where id = " + id);
                    }
                    Thread.sleep(2);
                }
            } catch (Exception e) {
                failure = e;
            }
        }

        void stop() throws Exception {
            ended.set(true);
            thread.join();
            assertThat(failure).isNull();
        }

        @Override
        public void close() throws Exception {
            ended.set(true);
            thread.join();
        }
    }
}
