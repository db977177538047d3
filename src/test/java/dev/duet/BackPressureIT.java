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
 * Guarantee: sinks that are slow for longer than Kafka waits for a poll cost neither memory nor the place in the group, and both
 * lanes catch up by themselves.
 */
class BackPressureIT {
    private static final int MAX_BUFFERED = 2 << 20;
    private static final int POLL_RECORDS = 500;
    private static final int EVENT_BYTES = 2_000;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void bothSinksAreSlowForLongerThanThePollInterval() throws Exception {
        URI s3 = URI.create(stack.s3Endpoint());
        String database = stack.freshDatabase("pressure");
        String root = "s3a://" + stack.s3Bucket() + "/pressure";
        try (Cable toPostgres = new Cable(stack.postgresHost(), stack.postgresPort());
                Cable toStore = new Cable(s3.getHost(), s3.getPort());
                FundHistory history = new FundHistory(stack.bootstrapServers(), "pressure", "funds", 3, 31);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(3_000);
            Map<String, String> settings = ServiceProcess.settings(stack, "pressure", database, root);
            settings.put(
                    "quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + toPostgres.port() + "/" + database);
            settings.put("duet.delta.s3.endpoint", "http://127.0.0.1:" + toStore.port());
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("duet.max-buffered-bytes", Integer.toString(MAX_BUFFERED));
            settings.put("mp.messaging.incoming.changes.max.poll.records", Integer.toString(POLL_RECORDS));
            settings.put("mp.messaging.incoming.changes.max.poll.interval.ms", "15000");
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(
                        connection, "pressure", history.topic(), history.written(), Duration.ofMinutes(1));
                toPostgres.slow(6_000); // about ten rows a second
                toStore.slow(20_000); // a commit takes many seconds
                history.changes(30_000);
                watch(service, Duration.ofSeconds(30));
                assertThat(Checks.delivered(connection, "pressure", history.topic()).values().stream()
                                .mapToLong(next -> next)
                                .sum())
                        .as("the backlog waits in Kafka")
                        .isLessThan(history.total() / 2);
                toPostgres.slow(Long.MAX_VALUE);
                toStore.slow(Long.MAX_VALUE);
                Checks.awaitDelivered(
                        connection, "pressure", history.topic(), history.written(), Duration.ofMinutes(3));
                service.awaitReadiness(200, "");
                assertThat(service.log()).doesNotContain("event=revoked").doesNotContain("event=stopped");
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "pressure", history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
        }
    }

    private static void watch(ServiceProcess service, Duration time) throws Exception {
        Instant end = Instant.now().plus(time);
        double most = 0;
        while (Instant.now().isBefore(end)) {
            most = Math.max(most, service.metric("duet_buffered_bytes"));
            assertThat(service.health("live")).isEqualTo(200);
            Thread.sleep(500);
        }
        assertThat(most)
                .as("the bound was reached, and kept but for one poll")
                .isBetween((double) MAX_BUFFERED / 2, (double) MAX_BUFFERED + POLL_RECORDS * EVENT_BYTES);
    }
}
