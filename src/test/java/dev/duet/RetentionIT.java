package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: records that retention deletes before they are delivered are never passed over in silence. The partition stops, the
 * other goes on, and the statement in the error accepts the loss.
 */
class RetentionIT {
    private static final Pattern STATEMENT = Pattern.compile("update duet\\.position set .* and partition = 0");

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void deletedWhileTheServiceWasDown() throws Exception {
        String database = stack.freshDatabase("retention");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "retention", database, "s3a://" + stack.s3Bucket() + "/retention");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "retention", "funds", 2, 8);
                Connection connection = stack.connect(database, "duet")) {
            configure(settings, history);
            history.snapshot(1000);
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(
                        connection, "retention", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            history.changes(1000);
            delete(history, history.written()[0] - 100);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                refusedThenAccepted(service, connection, "retention", history);
            }
        }
    }

    @Test
    void deletedWhileTheServiceCouldNotWrite() throws Exception {
        String database = stack.freshDatabase("retention_live");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "live", database, "s3a://" + stack.s3Bucket() + "/retention-live");
        try (Cable toPostgres = new Cable(stack.postgresHost(), stack.postgresPort());
                FundHistory history = new FundHistory(stack.bootstrapServers(), "live", "funds", 2, 9);
                Connection connection = stack.connect(database, "duet")) {
            configure(settings, history);
            settings.put(
                    "quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + toPostgres.port() + "/" + database);
            settings.put("duet.max-buffered-bytes", "64K"); // so that reading pauses long before the end
            settings.put("mp.messaging.incoming.changes.max.poll.records", "50");
            history.snapshot(1000);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "live", history.topic(), history.written(), Duration.ofMinutes(1));
                toPostgres.cut();
                history.changes(20_000);
                awaitReadiness(service, 503);
                delete(history, history.written()[0] - 100);
                toPostgres.mend();
                refusedThenAccepted(service, connection, "live", history);
            }
        }
    }

    private static void configure(Map<String, String> settings, FundHistory history) {
        settings.put("duet.source.topics", history.topic());
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        settings.put("duet.source.stopped-table-retry", "2s");
    }

    private static void refusedThenAccepted(
            ServiceProcess service, Connection connection, String pipeline, FundHistory history) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        while (!service.get("/q/health/ready").contains("are gone from Kafka")) {
            assertThat(Instant.now()).as("no refusal: " + service.log()).isBefore(limit);
            Thread.sleep(100);
        }
        long[] other = history.written();
        other[0] = 0;
        Checks.awaitDelivered(connection, pipeline, history.topic(), other, Duration.ofMinutes(1));
        Matcher statement = STATEMENT.matcher(service.get("/q/health/ready"));
        assertThat(statement.find()).isTrue();
        try (var sql = connection.createStatement()) {
            assertThat(sql.executeUpdate(statement.group())).isEqualTo(1);
        }
        Checks.awaitDelivered(connection, pipeline, history.topic(), history.written(), Duration.ofMinutes(1));
        awaitReadiness(service, 200);
    }

    private void delete(FundHistory history, long before) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(history.topic(), 0), RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        }
    }

    private static void awaitReadiness(ServiceProcess service, int status) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (service.health("ready") != status) {
            assertThat(Instant.now())
                    .as("readiness is not " + status + ": " + service.log())
                    .isBefore(limit);
            Thread.sleep(50);
        }
    }
}
