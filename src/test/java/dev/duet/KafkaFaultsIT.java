package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: what happens to the broker and to the topics neither loses a record nor applies one twice; a topic that was made again
 * is not taken for the old one. With a broker of its own, which is killed.
 */
class KafkaFaultsIT {
    private static final Pattern ADOPTION = Pattern.compile(
            "update duet\\.topic set topic_id = '[\\w-]+', generation = \\d+ where .* and generation = \\d+");

    private static EmbeddedStack kafka;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @BeforeAll
    static void start() {
        kafka = EmbeddedStack.own("kafka", "384m");
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void theBrokerIsKilledUnderLoadAndComesBack() throws Exception {
        String database = stack.freshDatabase("broker");
        String root = "s3a://" + stack.s3Bucket() + "/broker";
        try (FundHistory history = new FundHistory(kafka.bootstrapServers(), "broker", "funds", 3, 21);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(5_000);
            try (ServiceProcess service = ServiceProcess.start(settings("broker", database, root, history.topic()))
                    .awaitStarted()) {
                Checks.awaitDelivered(connection, "broker", history.topic(), history.written(), Duration.ofMinutes(1));
                CompletableFuture<Void> load = CompletableFuture.runAsync(() -> history.changes(30_000));
                Thread.sleep(500);
                kafka.kill();
                service.awaitReadiness(503, "\"kafka\"");
                assertThat(service.health("live")).isEqualTo(200);
                kafka.restart();
                service.awaitReadiness(200, "");
                load.get(5, TimeUnit.MINUTES);
                Checks.awaitDelivered(connection, "broker", history.topic(), history.written(), Duration.ofMinutes(3));
                assertThat(service.health("live")).isEqualTo(200);
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "broker", history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
        }
    }

    @Test
    void aTopicMadeAgainIsRefusedUntilItIsAcceptedAndThenDeliveredFromItsBeginning() throws Exception {
        String database = stack.freshDatabase("again");
        String root = "s3a://" + stack.s3Bucket() + "/again";
        try (FundHistory first = new FundHistory(kafka.bootstrapServers(), "again", "funds", 2, 22);
                FundHistory other = new FundHistory(kafka.bootstrapServers(), "again", "others", 1, 23);
                Connection connection = stack.connect(database, "duet")) {
            first.snapshot(200);
            other.snapshot(10);
            Map<String, String> settings = settings("again", database, root, first.topic() + "," + other.topic());
            settings.put("duet.source.columns.\"public.others\"", FundHistory.COLUMNS);
            FundHistory second;
            FundHistory third;
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "again", first.topic(), first.written(), Duration.ofMinutes(1));
                second = madeAgain(first, 24);
                String answer = service.awaitReadiness(503, "deleted and made again");
                other.changes(100);
                Checks.awaitDelivered(connection, "again", other.topic(), other.written(), Duration.ofMinutes(1));
                assertThat(service.metric("duet_tables_stopped")).isEqualTo(2);
                Checks.mirrorEquals(connection, "public.funds", first.rows());
                accept(connection, answer);
                Checks.awaitDelivered(connection, "again", first.topic(), second.written(), Duration.ofMinutes(1));
                service.awaitReadiness(200, "");
                service.terminate();
            }
            third = madeAgain(second, 25);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                String answer = service.awaitReadiness(503, "deleted and made again");
                Checks.mirrorEquals(connection, "public.funds", second.rows());
                accept(connection, answer);
                Checks.awaitDelivered(connection, "again", first.topic(), third.written(), Duration.ofMinutes(1));
            }
            Checks.mirrorEquals(connection, "public.funds", third.rows());
            Checks.ledgerAddsUp(connection, "again", first.topic(), first.total() + second.total() + third.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            List<FundHistory> histories = List.of(first, second, third);
            for (int i = 0; i < histories.size(); i++) {
                long from = i == 0 ? 0 : histories.get(i - 1).lastLsn() + 1;
                long to = histories.get(i).lastLsn();
                List<JsonNode> part = log.stream()
                        .filter(row -> row.get("__lsn").asLong() >= from
                                && row.get("__lsn").asLong() <= to)
                        .toList();
                Checks.logHoldsEachOnce(part, first.topic(), histories.get(i).written());
                Checks.foldEquals(part, histories.get(i).rows());
            }
            second.close();
            third.close();
        }
    }

    /** Deletes the topic and makes it again, longer than it was, as soon as Kafka allows. */
    private static FundHistory madeAgain(FundHistory before, long seed) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of(before.topic())).all().get();
        }
        Instant limit = Instant.now().plusSeconds(60);
        while (true) {
            try {
                FundHistory again = new FundHistory(kafka.bootstrapServers(), "again", "funds", 2, seed);
                again.continueAfter(before);
                again.snapshot(200);
                again.changes((int) before.total() * 2);
                return again;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)
                        || Instant.now().isAfter(limit)) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    private static void accept(Connection connection, String readiness) throws Exception {
        Matcher statement = ADOPTION.matcher(readiness);
        assertThat(statement.find()).as(readiness).isTrue();
        try (var sql = connection.createStatement()) {
            assertThat(sql.executeUpdate(statement.group())).isEqualTo(1);
            assertThat(sql.executeUpdate(statement.group())).as("a second time").isZero();
        }
    }

    @Test
    void holesOfCompactionAndOfTransactionsAreNoGaps() throws Exception {
        String database = stack.freshDatabase("holes");
        String root = "s3a://" + stack.s3Bucket() + "/holes";
        Map<String, String> compacted = Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", "1048576",
                "segment.ms", "200",
                "min.cleanable.dirty.ratio", "0.001",
                "max.compaction.lag.ms", "100",
                "delete.retention.ms", "100");
        cleanSoon();
        try (FundHistory holed = new FundHistory(kafka.bootstrapServers(), "holes", "funds", 1, 26, compacted, false);
                FundHistory aborted =
                        new FundHistory(kafka.bootstrapServers(), "holes", "others", 2, 27, Map.of(), true);
                Connection connection = stack.connect(database, "duet")) {
            holed.snapshot(300);
            holed.changes(4_000);
            Thread.sleep(300);
            holed.changes(50); // rolls the segment
            Map<String, String> settings = settings("holes", database, root, holed.topic() + "," + aborted.topic());
            settings.put("duet.source.columns.\"public.others\"", FundHistory.COLUMNS);
            aborted.snapshot(200);
            aborted.abort(150);
            aborted.changes(200);
            List<ConsumerRecord<byte[], byte[]>> left = awaitHoles(holed);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                awaitLast(connection, aborted, 2);
                aborted.abort(150);
                aborted.changes(200);
                awaitLast(connection, aborted, 2);
                awaitLast(connection, holed, 1);
                service.awaitReadiness(200, "");
                assertThat(service.metric("duet_records_total", "outcome=\"dead-lettered\""))
                        .isZero();
            }
            Checks.mirrorEquals(connection, "public.funds", holed.rows());
            Checks.mirrorEquals(connection, "public.others", aborted.rows());
            Checks.ledgerAddsUp(connection, "holes", holed.topic(), left.size());
            Checks.ledgerAddsUp(connection, "holes", aborted.topic(), aborted.total());
            List<List<JsonNode>> logs = IndependentReader.read(stack, root + "/public/funds", root + "/public/others");
            assertThat(logs.getFirst().stream()
                            .map(row -> row.get("__offset").asLong())
                            .sorted()
                            .toList())
                    .isEqualTo(
                            left.stream().map(ConsumerRecord::offset).sorted().toList());
            assertThat(logs.getLast()).hasSize((int) aborted.total());
            Checks.foldEquals(logs.getLast(), aborted.rows());
        }
    }

    /** Waits until compaction has taken records out and rests; returns those that are left. */
    private static List<ConsumerRecord<byte[], byte[]>> awaitHoles(FundHistory history) throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        List<ConsumerRecord<byte[], byte[]>> before = List.of();
        while (true) {
            List<ConsumerRecord<byte[], byte[]>> now = Topics.read(kafka, history.topic());
            if (now.size() < history.total() && now.size() == before.size()) {
                return now;
            }
            assertThat(Instant.now()).as("compaction").isBefore(limit);
            before = now;
            Thread.sleep(1000);
        }
    }

    private static void awaitLast(Connection connection, FundHistory history, int partitions) throws Exception {
        long[] next = new long[partitions];
        Topics.read(kafka, history.topic())
                .forEach(record -> next[record.partition()] = Math.max(next[record.partition()], record.offset() + 1));
        Checks.awaitDelivered(connection, "holes", history.topic(), next, Duration.ofMinutes(1));
    }

    private static void cleanSoon() throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.BROKER, ""),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("log.cleaner.backoff.ms", "300"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    private Map<String, String> settings(String pipeline, String database, String root, String topics) {
        Map<String, String> settings = ServiceProcess.settings(stack, pipeline, database, root);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("duet.source.topics", topics);
        settings.put("duet.source.stopped-table-retry", "2s");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        return settings;
    }
}
