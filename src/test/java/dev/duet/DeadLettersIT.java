package dev.duet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: a record that can't be read goes to the dead-letter topic with its reason and is counted, the others flow on; a table
 * that can't be written stops alone.
 */
class DeadLettersIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void malformedRecordsGoToTheDeadLetterTopicAndTheOthersFlowOn() throws Exception {
        String database = stack.freshDatabase("letters");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "letters", database, "s3a://" + stack.s3Bucket() + "/letters");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "letters", "funds", 2, 3);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(500);
            byte[] broken = "{\"after\":{\"secret\":4711".getBytes(UTF_8);
            history.writeRaw(0, "{\"fund_id\":2}".getBytes(UTF_8), broken);
            history.writeRaw(1, "{\"fund_id\":1}".getBytes(UTF_8), "{\"op\":\"x\"}".getBytes(UTF_8));
            history.writeRaw(
                    1, "{\"fund_id\":3}".getBytes(UTF_8), "[".repeat(10_000).getBytes(UTF_8));
            history.changes(500);
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "letters", history.topic(), history.written(), Duration.ofMinutes(1));
                assertThat(service.metric("duet_records_total", "outcome=\"dead-lettered\"", "sink=\"postgres\""))
                        .isEqualTo(3);
                assertThat(service.health("ready")).isEqualTo(200);
                assertThat(service.log()).doesNotContain("4711");
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "letters", history.topic(), history.total());
            List<ConsumerRecord<byte[], byte[]>> letters = Topics.read(stack, "letters.dead-letters");
            assertThat(letters).hasSize(3);
            ConsumerRecord<byte[], byte[]> first = letters.stream()
                    .filter(letter -> java.util.Arrays.equals(letter.value(), broken))
                    .findFirst()
                    .orElseThrow();
            assertThat(header(first, "__duet.topic")).isEqualTo(history.topic());
            assertThat(header(first, "__duet.partition")).isEqualTo("0");
            assertThat(header(first, "__duet.offset")).isEqualTo("250");
            assertThat(header(first, "__duet.reason")).isNotBlank().doesNotContain("4711");
        }
    }

    @Test
    void aTableThatCantBeWrittenStopsAloneAndGoesOnWhenMended() throws Exception {
        String database = stack.freshDatabase("stopped");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "stopped", database, "s3a://" + stack.s3Bucket() + "/stopped");
        try (FundHistory good = new FundHistory(stack.bootstrapServers(), "stopped", "good", 2, 3);
                FundHistory bad = new FundHistory(stack.bootstrapServers(), "stopped", "bad", 2, 4);
                Connection connection = stack.connect(database, "duet")) {
            try (var sql = connection.createStatement()) {
                sql.execute(
                        "create table public.bad (fund_id integer primary key, fund_name text, __lsn bigint not null, __source_ts_ms bigint)");
            }
            good.snapshot(500);
            bad.snapshot(500);
            settings.put("duet.source.topics", "stopped\\.public\\..*");
            settings.put("duet.schema-changes.add-column", "stop");
            settings.put("duet.source.stopped-table-retry", "2s");
            settings.put("duet.source.columns.\"public.good\"", FundHistory.COLUMNS);
            settings.put("duet.source.columns.\"public.bad\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "stopped", good.topic(), good.written(), Duration.ofMinutes(1));
                good.changes(500);
                Checks.awaitDelivered(connection, "stopped", good.topic(), good.written(), Duration.ofMinutes(1));
                assertThat(service.health("ready")).isEqualTo(503);
                assertThat(service.get("/q/health/ready"))
                        .contains("public.bad")
                        .contains("fund_code");
                assertThat(service.health("live")).isEqualTo(200);
                assertThat(Checks.delivered(connection, "stopped", bad.topic()).values())
                        .allMatch(next -> next == 0);
                try (var sql = connection.createStatement()) {
                    sql.execute("drop table public.bad");
                }
                Checks.awaitDelivered(connection, "stopped", bad.topic(), bad.written(), Duration.ofMinutes(1));
            }
            Checks.mirrorEquals(connection, "public.good", good.rows());
            Checks.mirrorEquals(connection, "public.bad", bad.rows());
        }
    }

    @Test
    void lettersSentAgainAfterAFixLandInTheirPlace() throws Exception {
        String database = stack.freshDatabase("resent");
        String root = "s3a://" + stack.s3Bucket() + "/resent";
        Map<String, String> settings = ServiceProcess.settings(stack, "resent", database, root);
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "resent", "funds", 1, 6);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(50);
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("duet.source.decimal-handling-mode", "precise"); // wrong: it is string
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "resent", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            settings.put("duet.source.decimal-handling-mode", "string");
            history.updates(30); // newer than what is sent again
            List<ConsumerRecord<byte[], byte[]>> letters = Topics.read(stack, "resent.dead-letters");
            assertThat(letters).hasSize(50);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "resent", history.topic(), history.written(), Duration.ofMinutes(1));
                history.sendAgain(letters);
                Checks.awaitDelivered(connection, "resent", history.topic(), history.written(), Duration.ofMinutes(1));
                service.awaitReadiness(200, "");
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "resent", history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            assertThat(log.stream()
                            .map(row -> row.get("__offset").asLong())
                            .sorted()
                            .toList())
                    .isEqualTo(LongStream.range(50, 130).boxed().toList());
            long newestOfLetters = log.stream()
                    .filter(row -> row.get("__offset").asLong() >= 80)
                    .mapToLong(row -> row.get("__lsn").asLong())
                    .max()
                    .orElseThrow();
            assertThat(log.stream().filter(row -> row.get("__offset").asLong() < 80))
                    .as("the log orders by __lsn, not by offset")
                    .allMatch(row -> row.get("__lsn").asLong() > newestOfLetters);
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
