package dev.duet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.FundHistory.Fund;
import java.io.InputStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: with a rename, a constant, a hashed key, a cast, a filter and a route, and a kill in the middle, the mirror holds
 * exactly the source's rows that the filter includes, transformed; the Delta log replays to the same; each record is applied or
 * counted as filtered, once. Recorded events with a field beside the row, and flattened ones, go the same way.
 */
class TransformIT {
    private static final String SALT = "a salt that is long enough";
    private static final BigDecimal LIMIT = new BigDecimal("50000.00");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack = EmbeddedStack.shared();

    /** A row as the rules leave it. */
    private record Clean(String id, String name, String code, String updatedAt, BigDecimal price, String system) {}

    @Test
    void mirrorAndLogHoldWhatTheRulesSay() throws Exception {
        String database = stack.freshDatabase("transform");
        String root = "s3a://" + stack.s3Bucket() + "/transform";
        Map<String, String> settings = settings(database, root);
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "transform", "funds", 2, 17);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(2_000);
            history.changes(10_000);
            long[] lifted = send("withschema.fund_unit", "lifted.public.fund_unit");
            long[] flat = send("unwrap.fund_unit", "flat.flat.fund_unit");
            try (ServiceProcess first = ServiceProcess.start(settings)) {
                awaitApplied(connection);
                first.kill();
            }
            history.changes(3_000);
            try (ServiceProcess second = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(
                        connection, "transform", history.topic(), history.written(), Duration.ofMinutes(2));
                Checks.awaitDelivered(
                        connection, "transform", "lifted.public.fund_unit", lifted, Duration.ofMinutes(1));
                Checks.awaitDelivered(connection, "transform", "flat.flat.fund_unit", flat, Duration.ofMinutes(1));
                assertThat(second.health("ready")).isEqualTo(200);
                assertThat(second.log()).doesNotContain(SALT);
            }
            Checks.ledgerAddsUp(connection, "transform", history.topic(), history.total());
            Set<Clean> expected = expected(history);
            assertThat(mirror(connection)).isEqualTo(expected);
            assertThat(texts(connection, "select fund_id || unit_code || source_system from public.fund_unit"))
                    .containsExactlyInAnyOrder("1Afinance_db", "4Bfinance_db");
            assertThat(texts(
                            connection,
                            "select fund_id || unit_code || ' ' || units || source_system from flat.fund_unit"))
                    .containsExactlyInAnyOrder(
                            "1A 100.5000finance_db",
                            "1B 7.2500finance_db",
                            "2A 0.0000finance_db",
                            "4A 4.0000finance_db",
                            "4B 6.0000finance_db");
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/clean/funds").getFirst();
            assertThat(replayed(log)).isEqualTo(expected);
            assertEachAppliedOrFiltered(connection, log, history);
        }
    }

    private Map<String, String> settings(String database, String root) {
        Map<String, String> settings = ServiceProcess.settings(stack, "transform", database, root);
        settings.put(
                "duet.source.topics", "transform\\.public\\.funds|lifted\\.public\\.fund_unit|flat\\.flat\\.fund_unit");
        settings.put("duet.source.flattened-topics", "flat.flat.fund_unit");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        settings.put(
                "duet.source.columns.\"flat.fund_unit\"",
                "fund_id integer, unit_code varchar(16), units double precision, price_at timestamp(3), source_system text");
        settings.put("duet.transform.funds.tables", "public.fund*s");
        settings.put("duet.transform.funds.where", "fund_price >= " + LIMIT + " and fund_name like 'Fund %'");
        settings.put("duet.transform.funds.rename.fund_name", "name");
        settings.put("duet.transform.funds.cast.updated_at", "text");
        settings.put("duet.transform.funds.hash", "fund_id,fund_code");
        settings.put("duet.transform.funds.salt", SALT);
        settings.put("duet.transform.funds.drop", "fund_description");
        settings.put("duet.transform.funds.add.source_system", "finance_db");
        settings.put("duet.transform.funds.route", "clean.{table}");
        settings.put("duet.transform.units.tables", "public.fund_unit");
        settings.put("duet.transform.units.lift", "source_system");
        settings.put("duet.transform.flat.tables", "flat.*");
        settings.put("duet.transform.flat.cast.units", "numeric(20,4)");
        return settings;
    }

    /** Writes a file of recorded events into a topic of one partition; returns how many. */
    private long[] send(String file, String topic) throws Exception {
        Properties client = new Properties();
        client.put("bootstrap.servers", stack.bootstrapServers());
        client.put("max.in.flight.requests.per.connection", "1");
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
        long count = 0;
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/events/" + file + ".jsonl"));
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                JsonNode event = JSON.readTree(line);
                producer.send(new ProducerRecord<>(
                                topic,
                                0,
                                event.get("key").toString().getBytes(UTF_8),
                                event.get("value").toString().getBytes(UTF_8)))
                        .get();
                count++;
            }
        }
        return new long[] {count};
    }

    private static void awaitApplied(Connection connection) throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        while (!Checks.exists(connection, "clean.funds")
                || texts(connection, "select name from clean.funds limit 1").isEmpty()) {
            assertThat(Instant.now()).as("nothing is applied").isBefore(limit);
            Thread.sleep(5);
        }
    }

    private static Set<Clean> expected(FundHistory history) throws Exception {
        Set<Clean> expected = new HashSet<>();
        for (Fund fund : history.rows().values()) {
            if (fund.price().compareTo(LIMIT) >= 0) {
                expected.add(new Clean(
                        hmac(Integer.toString(fund.id())),
                        fund.name(),
                        hmac(fund.code()),
                        Long.toString(fund.updatedAt()),
                        fund.price(),
                        "finance_db"));
            }
        }
        assertThat(expected).hasSizeBetween(100, history.rows().size() - 100);
        return expected;
    }

    private static String hmac(String value) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SALT.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(value.getBytes(UTF_8)));
    }

    private static Set<Clean> mirror(Connection connection) throws Exception {
        Set<Clean> rows = new HashSet<>();
        try (var statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery(
                    "select fund_id, name, fund_code, updated_at, fund_price, source_system from clean.funds");
            while (row.next()) {
                rows.add(new Clean(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getBigDecimal(5),
                        row.getString(6)));
            }
        }
        return rows;
    }

    private static Set<Clean> replayed(List<JsonNode> log) {
        List<JsonNode> ordered = new ArrayList<>(log);
        ordered.sort(
                Comparator.comparingInt((JsonNode row) -> row.get("__partition").asInt())
                        .thenComparingLong(row -> row.get("__offset").asLong()));
        Map<String, Clean> rows = new HashMap<>();
        for (JsonNode row : ordered) {
            String id = row.get("fund_id").asText();
            if (row.get("__op").asText().equals("d")) {
                rows.remove(id);
            } else {
                rows.put(
                        id,
                        new Clean(
                                id,
                                row.get("name").asText(),
                                row.get("fund_code").asText(),
                                row.get("updated_at").asText(),
                                new BigDecimal(row.get("fund_price").asText()),
                                row.get("source_system").asText()));
            }
        }
        return Set.copyOf(rows.values());
    }

    /** No record twice in the log; those that are not in it are as many as the ledger counts as filtered. */
    private static void assertEachAppliedOrFiltered(Connection connection, List<JsonNode> log, FundHistory history)
            throws Exception {
        Set<String> records = new HashSet<>();
        log.forEach(row -> assertThat(records.add(row.get("__partition") + "@" + row.get("__offset")))
                .isTrue());
        long filtered = Long.parseLong(texts(
                        connection,
                        "select sum(filtered)::text from duet.position where topic = '" + history.topic() + "'")
                .getFirst());
        assertThat(filtered).isPositive();
        assertThat(records.size() + filtered).isEqualTo(history.total());
    }

    private static List<String> texts(Connection connection, String query) throws Exception {
        List<String> texts = new ArrayList<>();
        try (var statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery(query);
            while (row.next()) {
                texts.add(row.getString(1));
            }
        }
        return texts;
    }
}
