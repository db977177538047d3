package dev.duet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: no record, however broken or large, brings the process down, gets into SQL, or holds up another table: it goes to the
 * dead-letter topic, or its table stops and says why.
 */
class PoisonIT {
    private static final String ODD = "od\"d; drop table public.funds; --";
    private static final int MEGABYTE = 1 << 20;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void eachPoisonIsSetAsideAndTheRestFlowsOn() throws Exception {
        String database = stack.freshDatabase("poison");
        Map<String, String> large = Map.of("max.message.bytes", "70000000");
        try (FundHistory good = new FundHistory(stack.bootstrapServers(), "poison", "funds", 2, 51, large, false);
                FundHistory odd = new FundHistory(stack.bootstrapServers(), "poison", "odd", 1, 52);
                FundHistory oddColumn = new FundHistory(stack.bootstrapServers(), "poison", "odd_column", 1, 53);
                FundHistory huge = new FundHistory(stack.bootstrapServers(), "poison", "huge", 1, 54, large, false);
                Connection connection = stack.connect(database, "duet")) {
            good.snapshot(200);
            List<byte[]> poisons = poisons();
            for (byte[] poison : poisons) {
                good.writeRaw(0, "{\"fund_id\":2}".getBytes(UTF_8), poison);
                good.changes(20);
            }
            odd.writeRaw(0, key("id"), withSchema(ODD, "id", "na\"me; --"));
            oddColumn.writeRaw(0, key("id"), withSchema("odd_column", "id", "ok"));
            huge.snapshot(10);
            huge.large(50 * MEGABYTE);
            huge.large(50 * MEGABYTE);
            try (ServiceProcess service = ServiceProcess.start(
                            settings(database), "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
                    .awaitStarted()) {
                awaitDelivered(connection, good);
                awaitDelivered(connection, oddColumn);
                String readiness = service.awaitReadiness(503, "duet.source.max-record-bytes");
                good.changes(100);
                awaitDelivered(connection, good);
                assertThat(readiness).contains("poison.public.huge-0");
                assertThat(service.metric("duet_records_total", "outcome=\"dead-lettered\"", "sink=\"postgres\""))
                        .isEqualTo(poisons.size());
                assertThat(Topics.read(stack, "poison.dead-letters")).hasSize(poisons.size());
                assertThat(service.log()).doesNotContain("OutOfMemoryError").doesNotContain("4711");
                assertThat(service.health("live")).isEqualTo(200);
                assertThat(peakMegabytes(service)).isLessThan(1000);
            }
            Checks.mirrorEquals(connection, "public.funds", good.rows());
            Checks.ledgerAddsUp(connection, "poison", good.topic(), good.total());
            assertThat(Checks.delivered(connection, "poison", huge.topic())).isEqualTo(Map.of(0, 10L));
            try (var query = connection.prepareStatement(
                            "select count(*) from \"public\".\"" + ODD.replace("\"", "\"\"") + "\"");
                    var rows = query.executeQuery()) {
                rows.next();
                assertThat(rows.getInt(1))
                        .as("rows of the table with the odd name")
                        .isEqualTo(1);
            }
        }
    }

    private List<byte[]> poisons() {
        String source = "\"source\":{\"schema\":\"public\",\"table\":\"funds\",\"lsn\":9,\"ts_ms\":1,\"txId\":1}";
        String fund =
                "\"fund_name\":\"4711\",\"fund_code\":null,\"fund_description\":null,\"updated_at\":1,\"fund_price\":\"1.00\"";
        String columns =
                IntStream.range(0, 700_000).mapToObj(i -> "\"c" + i + "\":1").collect(Collectors.joining(","));
        String fields = IntStream.range(0, 700_000)
                .mapToObj(i -> "{\"type\":\"int32\",\"field\":\"c" + i + "\"}")
                .collect(Collectors.joining(","));
        return List.of(
                        "{\"after\":{\"secret\":4711",
                        "{\"before\":null,\"after\":{\"fund_id\":2," + fund + "},\"op\":\"u\"}",
                        "{\"before\":null,\"after\":{\"fund_id\":2," + fund + "}," + source + ",\"op\":\"x\"}",
                        "{\"before\":null,\"after\":{\"fund_id\":\"two\"," + fund + "}," + source + ",\"op\":\"u\"}",
                        "{\"before\":null,\"after\":[4711]," + source + ",\"op\":\"u\"}",
                        "[".repeat(10_000),
                        "{\"a\":".repeat(10_000),
                        "{\"before\":null,\"after\":{" + columns + "}," + source + ",\"op\":\"u\"}",
                        "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"struct\",\"field\":\"after\",\"fields\":["
                                + fields + "]}]},\"payload\":{\"before\":null,\"after\":{\"fund_id\":2}," + source
                                + ",\"op\":\"u\"}}",
                        new String(withSchema("funds", "fund_id", "fund_name"), UTF_8)
                                .replace("\"fund_id\":1}", "\"fund_id\":\"4711\"}"))
                .stream()
                .map(text -> text.getBytes(UTF_8))
                .toList();
    }

    private static byte[] key(String column) {
        return ("{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\""
                        + column + "\"}],\"optional\":false},\"payload\":{\"" + column + "\":1}}")
                .getBytes(UTF_8);
    }

    /** A create of one row in a record that carries its schema. */
    private static byte[] withSchema(String table, String id, String name) {
        String struct = "\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"" + id
                + "\"},{\"type\":\"string\",\"optional\":true,\"field\":\"" + escaped(name) + "\"}],\"optional\":true";
        return ("{\"schema\":{\"type\":\"struct\",\"fields\":[{" + struct + ",\"field\":\"before\"},{" + struct
                        + ",\"field\":\"after\"}],\"optional\":false},\"payload\":{\"before\":null,\"after\":{\""
                        + escaped(name)
                        + "\":\"n\",\"" + id + "\":1},\"source\":{\"schema\":\"public\",\"table\":\"" + escaped(table)
                        + "\",\"lsn\":9,\"ts_ms\":1700000000000,\"txId\":1},\"op\":\"c\"}}")
                .getBytes(UTF_8);
    }

    private static String escaped(String name) {
        return name.replace("\"", "\\\"");
    }

    private Map<String, String> settings(String database) {
        Map<String, String> settings =
                ServiceProcess.settings(stack, "poison", database, "s3a://" + stack.s3Bucket() + "/poison");
        settings.put("duet.source.topics", "poison\\.public\\..*");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        settings.put("duet.source.columns.\"public.huge\"", FundHistory.COLUMNS);
        return settings;
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "poison", history.topic(), history.written(), Duration.ofMinutes(3));
    }

    private static String peak(ServiceProcess service) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + service.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElseThrow();
    }

    private static long peakMegabytes(ServiceProcess service) throws Exception {
        return Long.parseLong(peak(service).replaceAll("\\D", "")) / 1024;
    }
}
