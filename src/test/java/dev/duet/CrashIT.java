package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
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
    private static final int CHANGES = 60_000;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void killedAgainAndAgainInTheMiddleOfABacklog() throws Exception {
        run("killed", settings -> {
            Random random = new Random(7);
            for (int round = 0; round < 4; round++) {
                try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                    Thread.sleep(700 + random.nextInt(1500));
                    service.kill();
                }
            }
            return ServiceProcess.start(settings);
        });
    }

    @Test
    void stoppedInTheMiddleOfABacklog() throws Exception {
        run("stopped", settings -> {
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Thread.sleep(1500);
                assertThat(service.terminate()).as("stop").isLessThan(Duration.ofSeconds(15));
                assertThat(service.log()).doesNotContain("event=stopped");
            }
            return ServiceProcess.start(settings);
        });
    }

    @Test
    void aSecondInstanceJoinsAndLeaves() throws Exception {
        run("joined", settings -> {
            ServiceProcess first = ServiceProcess.start(settings).awaitStarted();
            try (ServiceProcess second = ServiceProcess.start(settings).awaitStarted()) {
                Thread.sleep(2500);
                second.terminate();
            }
            try (ServiceProcess third = ServiceProcess.start(settings).awaitStarted()) {
                Thread.sleep(2500);
                third.kill();
            }
            return first;
        });
    }

    private interface Adventure {
        /** Does what it does to the service and leaves one running. */
        ServiceProcess run(Map<String, String> settings) throws Exception;
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
            try (ServiceProcess last = adventure.run(settings)) {
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
