package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: while a sink can't be reached nothing is acknowledged and readiness says so, liveness stays up, and afterwards
 * everything is there once.
 */
class OutageIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void eachSinkGoesAwayAndComesBackInTheMiddleOfABacklog() throws Exception {
        URI s3 = URI.create(stack.s3Endpoint());
        String database = stack.freshDatabase("outage");
        String root = "s3a://" + stack.s3Bucket() + "/outage";
        try (Cable toPostgres = new Cable(stack.postgresHost(), stack.postgresPort());
                Cable toStore = new Cable(s3.getHost(), s3.getPort());
                FundHistory history = new FundHistory(stack.bootstrapServers(), "outage", "funds", 3, 5);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(10_000);
            Map<String, String> settings = ServiceProcess.settings(stack, "outage", database, root);
            settings.put(
                    "quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + toPostgres.port() + "/" + database);
            settings.put("duet.delta.s3.endpoint", "http://127.0.0.1:" + toStore.port());
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                for (Cable cable : List.of(toPostgres, toStore, toPostgres)) {
                    history.changes(10_000);
                    Thread.sleep(300);
                    cable.cut();
                    history.changes(2_000);
                    awaitReadiness(service, 503);
                    assertThat(service.health("live")).isEqualTo(200);
                    cable.mend();
                    awaitReadiness(service, 200);
                }
                Checks.awaitDelivered(connection, "outage", history.topic(), history.written(), Duration.ofMinutes(2));
                assertThat(service.metric("duet_retries_total")).isPositive();
                // What the frameworks would say of each probe that fails, and at each start.
                assertThat(service.log()).doesNotContain("Reporting health down status", "has been already registered");
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "outage", history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
            Checks.foldEquals(log, history.rows());
        }
    }

    private static void awaitReadiness(ServiceProcess service, int status) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        while (service.health("ready") != status) {
            assertThat(Instant.now())
                    .as("readiness is not " + status + ": " + service.log())
                    .isBefore(limit);
            Thread.sleep(50);
        }
    }
}
