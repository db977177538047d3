package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: whatever happens to the process in the middle of a backlog, each event is in the Delta log once and the mirror equals
 * the source.
 */
class CrashIT {
    private static final int KEYS = 20_000;
    private static final int CHANGES = 130_000;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void killedAgainAndAgainInTheMiddleOfABacklog() throws Exception {
        run("killed", (settings, progress) -> {
            Random random = new Random(7);
            for (int round = 0; round < 4; round++) {
                try (ServiceProcess service = ServiceProcess.start(settings)) {
                    progress.await();
                    Thread.sleep(random.nextInt(600));
                    service.kill();
                }
            }
            progress.assertUnfinished();
            return ServiceProcess.start(settings);
        });
    }

    @Test
    void stoppedInTheMiddleOfABacklog() throws Exception {
        run("stopped", (settings, progress) -> {
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                progress.await();
                assertThat(service.terminate()).as("stop").isLessThan(Duration.ofSeconds(15));
                assertThat(service.log()).doesNotContain("event=stopped");
            }
            progress.assertUnfinished();
            return ServiceProcess.start(settings);
        });
    }

    @Test
    void aSecondInstanceJoinsAndLeaves() throws Exception {
        run("joined", (settings, progress) -> {
            ServiceProcess first = ServiceProcess.start(settings);
            progress.await();
            try (ServiceProcess second = ServiceProcess.start(settings)) {
                awaitPartitions(second);
                progress.more(5_000);
                Thread.sleep(300);
                second.terminate();
            }
            try (ServiceProcess third = ServiceProcess.start(settings)) {
                awaitPartitions(third);
                progress.more(5_000);
                Thread.sleep(300);
                third.kill();
            }
            return first;
        });
    }

    private interface Adventure {
        /** Does what it does to the service and leaves one running. */
        ServiceProcess run(Map<String, String> settings, Progress progress) throws Exception;
    }

    /** What PostgreSQL's positions tell from outside. */
    private record Progress(Connection connection, String pipeline, FundHistory history) {
        /** Waits until more is applied than now. */
        void await() throws Exception {
            long before = applied();
            Instant limit = Instant.now().plusSeconds(60);
            while (applied() <= before) {
                assertThat(Instant.now()).as("nothing is applied").isBefore(limit);
                Thread.sleep(5);
            }
        }

        /** The adventure was in the middle of the backlog, else it proved nothing. */
        void assertUnfinished() throws Exception {
            assertThat(applied()).isLessThan(history.total());
        }

        /** Keeps the pipeline busy. */
        void more(int changes) {
            history.changes(changes);
        }

        private long applied() throws Exception {
            if (!Checks.exists(connection, "duet.position")) {
                return 0;
            }
            try (var query = connection.prepareStatement(
                    "select coalesce(sum(applied), 0) from duet.position where pipeline = ?")) {
                query.setString(1, pipeline);
                ResultSet row = query.executeQuery();
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void awaitPartitions(ServiceProcess service) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!service.log().contains("event=started")) {
            assertThat(Instant.now()).as("no partitions: " + service.log()).isBefore(limit);
            Thread.sleep(20);
        }
    }

    private void run(String name, Adventure adventure) throws Exception {
        String table = "fund_" + name;
        String database = stack.freshDatabase(name);
        String pipeline = "crash-" + name;
        String root = "s3a://" + stack.s3Bucket() + "/crash-" + name;
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "crash", table, 4, 42);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(KEYS);
            history.changes(CHANGES);
            Map<String, String> settings = ServiceProcess.settings(stack, pipeline, database, root);
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public." + table + "\"", FundHistory.COLUMNS);
            try (ServiceProcess last = adventure.run(settings, new Progress(connection, pipeline, history))) {
                Checks.awaitDelivered(connection, pipeline, history.topic(), history.written(), Duration.ofMinutes(3));
                history.changes(500);
                Checks.awaitDelivered(connection, pipeline, history.topic(), history.written(), Duration.ofMinutes(1));
                assertThat(last.health("ready")).isEqualTo(200);
            }
            Checks.mirrorEquals(connection, "public." + table, history.rows());
            Checks.ledgerAddsUp(connection, pipeline, history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/" + table).getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
            Checks.foldEquals(log, history.rows());
        }
    }
}
