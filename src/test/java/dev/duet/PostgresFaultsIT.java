package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: whatever the target PostgreSQL goes through, up to a kill and a fail-over to a standby that lacks the last transactions, the
 * service tells so, goes on by itself once it can, and in the end each event is in mirror, trail and Delta log once.
 */
class PostgresFaultsIT {
    private static final String DATABASE = "money";
    private static final String TABLE = "public.funds";

    private final EmbeddedStack stack = EmbeddedStack.shared();

    private interface Deed {
        void run() throws Exception;
    }

    @Test
    void oneFaultAfterTheOther() throws Exception {
        String root = "s3a://" + stack.s3Bucket() + "/postgres-faults";
        try (OwnPostgres primary = OwnPostgres.start(stack);
                Cable cable = new Cable("127.0.0.1", primary.port());
                FundHistory history = new FundHistory(stack.bootstrapServers(), "faults", "funds", 3, 11)) {
            primary.execute(
                    "postgres",
                    "create role duet login password '" + OwnPostgres.password() + "'",
                    "alter role duet set synchronous_commit = off",
                    "create database " + DATABASE + " owner duet");
            history.snapshot(2000);
            try (ServiceProcess service =
                    ServiceProcess.start(settings(history, cable, root)).awaitStarted()) {
                await(service, 200);
                awaitDelivered(primary, history);
                Course course = new Course(service, history, primary);
                course.refusals();
                course.kill();
                course.failOver(cable, root);
            }
        }
    }

    private Map<String, String> settings(FundHistory history, Cable cable, String root) {
        Map<String, String> settings = ServiceProcess.settings(stack, "faults", DATABASE, root);
        settings.put("quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + cable.port() + "/" + DATABASE);
        settings.put("quarkus.datasource.password", OwnPostgres.password());
        settings.put("duet.postgres.mode", "both");
        settings.put("duet.postgres.lock-timeout", "2s");
        settings.put("duet.postgres.statement-timeout", "3s");
        settings.put("duet.postgres.write-timeout", "30s");
        settings.put("duet.source.stopped-table-retry", "2s");
        settings.put("duet.source.topics", history.topic());
        settings.put("duet.source.columns.\"" + TABLE + "\"", FundHistory.COLUMNS);
        return settings;
    }

    /** The faults, under load. */
    private record Course(ServiceProcess service, FundHistory history, OwnPostgres primary) {
        void refusals() throws Exception {
            raises("53100", "raise exception 'no space left' using errcode = '53100'");
            raises("40001", "raise exception 'not serializable' using errcode = '40001'");
            raises("57014", "perform pg_sleep(10)");
            fault("42501", "revoke all on " + TABLE + " from duet", "grant all on " + TABLE + " to duet");
            fault(
                    "53300",
                    "alter role duet connection limit 0; select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where usename = 'duet'",
                    "alter role duet connection limit -1");
            fault(
                    "23503",
                    "create table public.other (id bigint primary key); grant all on public.other to duet; alter table "
                            + TABLE + " add constraint fk foreign key (updated_at) references public.other"
                            + " deferrable initially deferred not valid",
                    "alter table " + TABLE + " drop constraint fk");
            try (Connection rival = primary.connect(DATABASE, "postgres");
                    var statement = rival.createStatement()) {
                rival.setAutoCommit(false);
                fault(
                        "55P03",
                        () -> statement.execute("lock table " + TABLE + " in access exclusive mode"),
                        rival::rollback);
                deadlock(rival);
            }
            assertThat(service.log()).doesNotContain("report this as a defect");
        }

        private void raises(String state, String body) throws Exception {
            fault(
                    state,
                    "create function public.strike() returns trigger language plpgsql as $$ begin " + body
                            + "; return new; end $$; create trigger strike before insert or update on " + TABLE
                            + " for each row execute function public.strike()",
                    "drop function public.strike() cascade");
        }

        private void fault(String state, String done, String undone) throws Exception {
            fault(state, () -> primary.execute(DATABASE, done), () -> primary.execute(DATABASE, undone));
        }

        private void fault(String state, Deed done, Deed undone) throws Exception {
            history.changes(300);
            done.run();
            history.changes(300);
            Instant limit = Instant.now().plusSeconds(120);
            while (!service.get("/q/health/ready").contains(state)) {
                assertThat(Instant.now()).as(state + ": " + service.log()).isBefore(limit);
                Thread.sleep(50);
            }
            assertThat(service.health("live")).isEqualTo(200);
            undone.run();
            await(service, 200);
            awaitDelivered(primary, history);
        }

        /** The service holds its position and waits for the row, the rival holds the row and asks for the position. */
        private void deadlock(Connection rival) throws Exception {
            double before = service.metric("duet_retries_total", "sink=\"postgres\"");
            try (var statement = rival.createStatement()) {
                statement.execute("set deadlock_timeout = '60s'"); // so that the service is the victim
                statement.execute("select * from " + TABLE + " for update");
                history.changes(300);
                Instant limit = Instant.now().plusSeconds(60);
                while (primary.query(
                                DATABASE,
                                "select count(*) from pg_stat_activity where usename = 'duet'"
                                        + " and wait_event_type = 'Lock'")
                        .equals("0")) {
                    assertThat(Instant.now()).isBefore(limit);
                    Thread.sleep(10);
                }
                statement.execute("select * from duet.position for update");
                rival.rollback();
            }
            awaitDelivered(primary, history);
            assertThat(service.metric("duet_retries_total", "sink=\"postgres\""))
                    .isGreaterThan(before);
            await(service, 200);
        }

        void kill() throws Exception {
            history.changes(3000);
            primary.kill();
            history.changes(1000);
            await(service, 503);
            primary.start();
            await(service, 200);
            awaitDelivered(primary, history);
        }

        /** The standby gets nothing any more, the primary acknowledges on, and is lost. */
        void failOver(Cable cable, String root) throws Exception {
            try (OwnPostgres standby = primary.standby()) {
                history.changes(1000);
                awaitDelivered(primary, history);
                standby.execute("postgres", "alter system set primary_conninfo = ''", "select pg_reload_conf()");
                awaitAlone();
                long reached = applied(standby);
                history.changes(3000);
                awaitDelivered(primary, history);
                cable.cut();
                primary.kill();
                standby.promote();
                assertThat(applied(standby)).as("what the standby lacks").isLessThan(history.total());
                assertThat(reached).isPositive();
                cable.redirect(standby.port());
                cable.mend();
                history.changes(500);
                awaitDelivered(standby, history);
                await(service, 200);
                assertThat(service.log()).contains("sink=postgres event=rewound");
                check(standby, root);
            }
        }

        private void awaitAlone() throws Exception {
            Instant limit = Instant.now().plusSeconds(60);
            while (!primary.query("postgres", "select count(*) from pg_stat_replication")
                    .equals("0")) {
                assertThat(Instant.now()).isBefore(limit);
                Thread.sleep(50);
            }
        }

        private static long applied(OwnPostgres server) throws SQLException {
            return Long.parseLong(server.query(DATABASE, "select sum(applied_next) from duet.position"));
        }

        private void check(OwnPostgres server, String root) throws Exception {
            try (Connection connection = server.connect(DATABASE, "duet")) {
                Checks.mirrorEquals(connection, TABLE, history.rows());
                Checks.ledgerAddsUp(connection, "faults", history.topic(), history.total());
            }
            assertThat(server.query(
                            DATABASE,
                            "select count(*) || ' ' || count(distinct (__partition, __offset)) from " + TABLE
                                    + "_trail"))
                    .isEqualTo(history.total() + " " + history.total());
            List<JsonNode> log = IndependentReader.read(EmbeddedStack.shared(), root + "/public/funds")
                    .getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
            Checks.foldEquals(log, history.rows());
        }
    }

    private static void awaitDelivered(OwnPostgres server, FundHistory history) throws Exception {
        try (Connection connection = server.connect(DATABASE, "duet")) {
            Checks.awaitDelivered(connection, "faults", history.topic(), history.written(), Duration.ofMinutes(2));
        }
    }

    private static void await(ServiceProcess service, int status) throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        while (service.health("ready") != status) {
            assertThat(Instant.now())
                    .as("readiness is not " + status + ": " + service.log())
                    .isBefore(limit);
            Thread.sleep(50);
        }
    }
}
