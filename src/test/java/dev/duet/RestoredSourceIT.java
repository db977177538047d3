package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: changes of a source whose LSNs begin anew are never dropped in silence as stale. The table stops at the first of them, and
 * goes on with the statement in the error. Records that come again stop nothing.
 */
class RestoredSourceIT {
    private static final Pattern STATEMENT =
            Pattern.compile("insert into duet\\.position .*? position\\.generation < excluded\\.generation");

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void stopsAtTheBoundaryAndGoesOnInANewEpoch() throws Exception {
        String database = stack.freshDatabase("restored");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "restored", database, "s3a://" + stack.s3Bucket() + "/restored");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "restored", "funds", 2, 5);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("duet.source.stopped-table-retry", "1s");
            history.snapshot(300);
            history.record();
            history.changes(2000);
            history.again();
            history.restored();
            history.changes(2000);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                int raised = raiseUntilDelivered(service, connection, history);
                assertThat(raised).as("statements carried out").isBetween(1, 2);
                history.changes(500);
                awaitDelivered(connection, history);
                assertThat(service.health("ready")).isEqualTo(200);
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "restored", history.topic(), history.total());
            assertEpochs(connection);
        }
    }

    private static int raiseUntilDelivered(ServiceProcess service, Connection connection, FundHistory history)
            throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        int raised = 0;
        String last = "";
        while (!isDelivered(connection, history)) {
            Matcher statement = STATEMENT.matcher(service.get("/q/health/ready"));
            if (statement.find() && !statement.group().equals(last)) {
                last = statement.group();
                try (var sql = connection.createStatement()) {
                    raised += sql.executeUpdate(last) > 0 ? 1 : 0;
                }
            }
            assertThat(Instant.now()).as("not delivered: " + service.log()).isBefore(limit);
            Thread.sleep(100);
        }
        return raised;
    }

    private static boolean isDelivered(Connection connection, FundHistory history) throws Exception {
        Map<Integer, Long> delivered = Checks.delivered(connection, "restored", history.topic());
        return delivered.getOrDefault(0, 0L) == history.written()[0]
                && delivered.getOrDefault(1, 0L) == history.written()[1];
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "restored", history.topic(), history.written(), Duration.ofMinutes(1));
    }

    private static void assertEpochs(Connection connection) throws Exception {
        try (var query = connection.createStatement()) {
            var row =
                    query.executeQuery("select min(epoch), max(epoch) from duet.position where pipeline = 'restored'");
            row.next();
            assertThat(row.getInt(1)).isEqualTo(1);
            assertThat(row.getInt(2)).isEqualTo(1);
        }
    }
}
