package dev.duet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guarantee: no record, whatever its headers, ends the reading of the others; reading that has ended begins again and says so until
 * then; what pipelines write themselves is no source; settings are found wherever they may stand.
 */
class ReadingIT {
    private static final byte[] KEY = "{\"id\":1}".getBytes(UTF_8);
    private static final byte[] VALUE = "{\"a\":1}".getBytes(UTF_8);

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void headersOfAnyKindEndNothing() throws Exception {
        String database = stack.freshDatabase("headers");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "headers", database, "s3a://" + stack.s3Bucket() + "/headers");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "headers", "funds", 2, 3);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(100);
            settings.put("duet.source.topics", "headers\\.public\\..*");
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "headers", history.topic(), history.written(), Duration.ofMinutes(1));
                String poison = "headers.public.poison";
                send(poison, new RecordHeaders().add("content-type", null));
                send(poison, new RecordHeaders().add("content-type", bytes("application/cloudevents+json")));
                send(poison, cloudEvent());
                send(poison, new RecordHeaders().add("__duet.epoch", bytes("x")).add("__smallrye_generationId", null));
                send(poison, new RecordHeaders().add("__duet.offset", null).add("__duet.reason", null));
                send(poison, new RecordHeaders().add("traceparent", null).add("apicurio.value.globalId", null));
                await(
                        "6 dead letters",
                        () -> service.metric("duet_records_total", "outcome=\"dead-lettered\"", "sink=\"postgres\"")
                                == 6);
                history.changes(300);
                Checks.awaitDelivered(connection, "headers", history.topic(), history.written(), Duration.ofMinutes(1));
                assertThat(service.health("ready")).isEqualTo(200);
                assertThat(service.health("live")).isEqualTo(200);
                assertThat(service.metric("duet_reading")).isEqualTo(1);
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            assertThat(Topics.read(stack, "headers.dead-letters")).hasSize(6);
            assertThat(CommandRun.expecting(0, settings, "dead-letters", "list").lines())
                    .hasSizeGreaterThanOrEqualTo(6);
        }
    }

    /** The framework's CloudEvents detection, which Duet switches off, is how a record can end the channel. */
    @Test
    void readingThatHasEndedIsSaidAndBeginsAgain() throws Exception {
        String database = stack.freshDatabase("ended");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "ended", database, "s3a://" + stack.s3Bucket() + "/ended");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "ended", "funds", 2, 3);
                Connection connection = stack.connect(database, "duet");
                Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            history.snapshot(100);
            settings.put("duet.source.topics", "ended\\.public\\..*");
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("mp.messaging.incoming.changes.cloud-events", "true");
            settings.put("duet.web.open", "true");
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "ended", history.topic(), history.written(), Duration.ofMinutes(1));
                send("ended.public.poison", cloudEvent());
                service.awaitReadiness(503, "\"reading\"");
                await("liveness says so", () -> service.health("live") == 503);
                await("the gauge says so", () -> service.metric("duet_reading") == 0);
                CommandRun status =
                        CommandRun.in(Map.of("DUET_URL", service.uri("").toString()), Map.of(), "status");
                assertThat(status.exitCode()).isEqualTo(1);
                assertThat(status.out()).contains("Nothing is read from Kafka");
                history.changes(300);
                admin.deleteTopics(List.of("ended.public.poison")).all().get();
                Checks.awaitDelivered(connection, "ended", history.topic(), history.written(), Duration.ofMinutes(1));
                service.awaitReadiness(200, "UP");
                assertThat(service.health("live")).isEqualTo(200);
                assertThat(service.metric("duet_reading")).isEqualTo(1);
                assertThat(service.log())
                        .contains("event=reading-ended attempt=1")
                        .contains("event=reading-begun");
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "ended", history.topic(), history.total());
        }
    }

    @Test
    void whatPipelinesWriteIsNoSource() throws Exception {
        String database = stack.freshDatabase("own");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "own", database, "s3a://" + stack.s3Bucket() + "/own");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "own", "funds", 1, 3);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(100);
            history.writeRaw(0, KEY, "not json".getBytes(UTF_8));
            send("own.import.public.other", new RecordHeaders());
            send("own.deliveries", new RecordHeaders());
            send(
                    "own.letters-of-another",
                    new RecordHeaders()
                            .add("__duet.reason", bytes("why"))
                            .add("__duet.topic", bytes("elsewhere.public.a")));
            settings.put("duet.source.topics", "own\\..*");
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "own", history.topic(), history.written(), Duration.ofMinutes(1));
                Checks.awaitDelivered(
                        connection, "own", "own.letters-of-another", new long[] {1}, Duration.ofMinutes(1));
                // Two rounds of finding new topics (metadata.max.age.ms) have passed when a topic made now is read.
                send("own.public.later", new RecordHeaders());
                Checks.awaitDelivered(connection, "own", "own.public.later", new long[] {1}, Duration.ofMinutes(1));
                assertThat(service.log()).contains("event=not-a-source topic=own.letters-of-another");
            }
            assertThat(topicsOf(connection, "own"))
                    .containsExactlyInAnyOrder("own.public.funds", "own.letters-of-another", "own.public.later");
            assertThat(Topics.read(stack, "own.dead-letters"))
                    .as("the malformed one and the later one")
                    .hasSize(2);
        }
    }

    @Test
    void settingsAreFoundWhereverTheyMayStand(@TempDir Path folder) throws Exception {
        String database = stack.freshDatabase("places");
        Map<String, String> all =
                ServiceProcess.settings(stack, "places", database, "s3a://" + stack.s3Bucket() + "/places");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "places", "funds", 1, 3);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(20);
            all.put("duet.source.topics", "places\\.public\\..*");
            all.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            Path named = Files.writeString(folder.resolve("named.properties"), properties(all, ""));
            try (ServiceProcess service = ServiceProcess.start(Map.of("quarkus.config.locations", named.toString()))) {
                service.awaitStarted();
                Checks.awaitDelivered(connection, "places", history.topic(), history.written(), Duration.ofMinutes(1));
            }
            history.changes(20);
            Map<String, String> variables = new LinkedHashMap<>();
            all.forEach((key, value) -> variables.put(variable(key), value));
            try (ServiceProcess service = ServiceProcess.in(
                    null, variables, Map.of("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS))) {
                service.awaitStarted();
                Checks.awaitDelivered(connection, "places", history.topic(), history.written(), Duration.ofMinutes(1));
            }
            history.changes(20);
            Map<String, String> rest = new TreeMap<>(all);
            rest.remove("duet.source.topics");
            rest.remove("duet.pipeline");
            Files.createDirectories(folder.resolve("config"));
            Files.writeString(folder.resolve("config/application.properties"), properties(rest, "%prod."));
            Files.writeString(
                    folder.resolve(".env"), "DUET_PIPELINE=places\nDUET_SOURCE_TOPICS=" + history.topic() + "\n");
            try (ServiceProcess service = ServiceProcess.in(folder, Map.of(), Map.of())) {
                service.awaitStarted();
                Checks.awaitDelivered(connection, "places", history.topic(), history.written(), Duration.ofMinutes(1));
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
        }
    }

    private static String properties(Map<String, String> settings, String profile) {
        return settings.entrySet().stream()
                .map(entry -> profile + entry.getKey() + "="
                        + entry.getValue().replace("\\", "\\\\").replace("\n", "\\n"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String variable(String key) {
        return key.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static RecordHeaders cloudEvent() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_id", bytes("1"))
                .add("ce_source", bytes("not a uri"))
                .add("ce_type", bytes("t"))
                .add("ce_specversion", bytes("1.0"));
        return headers;
    }

    private void send(String topic, org.apache.kafka.common.header.Headers headers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(TopicExistsException.class);
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, null, KEY, VALUE, headers))
                    .get();
        }
    }

    private static Set<String> topicsOf(Connection connection, String pipeline) throws Exception {
        Set<String> topics = new HashSet<>();
        try (var statement = connection.prepareStatement("select topic from duet.position where pipeline = ?")) {
            statement.setString(1, pipeline);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    topics.add(rows.getString(1));
                }
            }
        }
        return topics;
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!condition.call()) {
            if (Instant.now().isAfter(limit)) {
                throw new AssertionError("not within a minute: " + what);
            }
            Thread.sleep(50);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
