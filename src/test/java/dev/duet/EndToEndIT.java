package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Guarantee, with real Debezium: after inserts, updates, deletes, key changes, transactions and truncates the mirror equals the
 * source row for row, and the Delta log read by Delta's own Spark reader holds each event once and replays to the source.
 */
class EndToEndIT {
    private static final String PIPELINE = "e2e";
    private static final List<String> TABLES = List.of("fund_metadata", "fund_unit");

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void sourceMirrorAndLogAgree() throws Exception {
        String root = "s3a://" + stack.s3Bucket() + "/e2e";
        Map<String, String> settings = ServiceProcess.settings(stack, PIPELINE, "finance", root);
        settings.put("duet.source.topics", "pgsrc\\.public\\..*");
        settings.put("duet.postgres.table", "mirror.{table}");
        settings.put("duet.postgres.mode", "both");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                Connection source = stack.connect("finance", "postgres")) {
            demo("--rate", "400", "--changes", "2000", "--seed", "11");
            handMadeChanges(source);
            awaitMirrorEqualsSource(source);
            Map<String, List<ConsumerRecord<byte[], byte[]>>> topics = new HashMap<>();
            for (String table : TABLES) {
                List<ConsumerRecord<byte[], byte[]>> records = Topics.read(stack, "pgsrc.public." + table);
                topics.put(table, records);
                Checks.awaitDelivered(
                        source, PIPELINE, "pgsrc.public." + table, nextOffsets(records), Duration.ofMinutes(1));
            }
            assertThat(service.health("ready")).isEqualTo(200);
            assertThat(service.metric("duet_records_total", "outcome=\"dead-lettered\""))
                    .isZero();
            assertTrailHoldsEachOnce(source, topics);
            List<List<JsonNode>> logs =
                    IndependentReader.read(stack, root + "/public/fund_metadata", root + "/public/fund_unit");
            for (int i = 0; i < TABLES.size(); i++) {
                assertLogHoldsEachOnce(logs.get(i), topics.getOrDefault(TABLES.get(i), List.of()));
            }
            assertThat(replayed(
                            logs.get(0),
                            "fund_id",
                            "fund_id",
                            "fund_name",
                            "fund_code",
                            "fund_description",
                            "updated_at",
                            "fund_price"))
                    .isEqualTo(
                            rows(
                                    source,
                                    "select fund_id, fund_name, fund_code, fund_description, updated_at, fund_price from public.fund_metadata"));
            assertThat(replayed(logs.get(1), "unit_id", "unit_id", "fund_id", "unit_price", "unit_date"))
                    .isEqualTo(rows(source, "select unit_id, fund_id, unit_price, unit_date from public.fund_unit"));
        }
    }

    /** What a generator rarely hits: each with a reason to go wrong. */
    private static void handMadeChanges(Connection source) throws Exception {
        try (Statement sql = source.createStatement()) {
            sql.execute(
                    "insert into fund_metadata values (900001, 'Ünï \"quoted\" \\ \n 日本 €', 'X1', null, null, 0.00),"
                            + " (900002, '', 'X2', 'tabs\tand ''quotes''', 9007199254740993, -12345678.90), (900003, 'c', 'X3', 'd', 1, 99999999.99)");
            sql.execute(
                    "insert into fund_unit select 900000 + i, 900001, i / 100.0, date '0001-01-01' + i * 1000 from generate_series(1, 300) i");
            source.setAutoCommit(false);
            sql.execute("update fund_metadata set fund_price = 1.10 where fund_id = 900001");
            sql.execute("update fund_metadata set fund_price = 2.20 where fund_id = 900001");
            sql.execute("delete from fund_metadata where fund_id = 900003");
            sql.execute("insert into fund_metadata values (900003, 'again', 'X4', null, 2, 3.00)");
            source.commit();
            sql.execute("update fund_metadata set fund_name = 'never' where fund_id = 900002");
            source.rollback();
            source.setAutoCommit(true);
            sql.execute("update fund_metadata set fund_id = 910003 where fund_id = 900003");
            sql.execute("update fund_metadata set fund_id = 900003 where fund_id = 900002");
            sql.execute("truncate fund_unit");
            sql.execute("insert into fund_unit select 1000 + i, 900001, null, null from generate_series(1, 20) i");
            sql.execute("delete from fund_unit where unit_id > 1015");
        }
    }

    private void demo(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                "-jar",
                System.getProperty("duet.basedir", ".") + "/devstack/target/devstack.jar",
                "demo",
                "--status-file",
                stack.statusFile().toString()));
        command.addAll(List.of(arguments));
        Process demo = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(demo.waitFor()).as(output).isZero();
    }

    private static void awaitMirrorEqualsSource(Connection connection) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        for (String table : TABLES) {
            String columns = table.equals("fund_metadata")
                    ? "fund_id, fund_name, fund_code, fund_description, updated_at, fund_price"
                    : "unit_id, fund_id, unit_price, unit_date";
            String difference = "select count(*) from ((select " + columns + " from public." + table
                    + " except all select " + columns
                    + " from mirror." + table + ") union all (select " + columns + " from mirror." + table
                    + " except all select "
                    + columns + " from public." + table + ")) d";
            long rows = -1;
            while (rows != 0) {
                if (Checks.exists(connection, "mirror." + table)) {
                    rows = count(connection, difference);
                }
                assertThat(Instant.now())
                        .as(table + " differs in " + rows + " rows")
                        .isBefore(limit);
                Thread.sleep(100);
            }
        }
    }

    private static void assertTrailHoldsEachOnce(
            Connection connection, Map<String, List<ConsumerRecord<byte[], byte[]>>> topics) throws Exception {
        for (String table : TABLES) {
            assertThat(count(connection, "select count(*) from mirror." + table + "_trail"))
                    .isEqualTo(topics.getOrDefault(table, List.of()).size());
            assertThat(count(
                            connection,
                            "select count(distinct (__topic, __partition, __offset)) from mirror." + table + "_trail"))
                    .isEqualTo(topics.getOrDefault(table, List.of()).size());
        }
    }

    private static void assertLogHoldsEachOnce(List<JsonNode> log, List<ConsumerRecord<byte[], byte[]>> records) {
        Set<String> expected = new HashSet<>();
        records.forEach(record -> expected.add(record.topic() + "-" + record.partition() + "@" + record.offset()));
        List<String> found = log.stream()
                .map(row -> row.get("__topic").asText() + "-" + row.get("__partition") + "@" + row.get("__offset"))
                .toList();
        assertThat(found).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    }

    /** The table that the log describes: of each key the newest change, nothing below a truncate. */
    private static Map<Integer, List<Object>> replayed(List<JsonNode> log, String key, String... columns) {
        List<JsonNode> ordered = new ArrayList<>(log);
        ordered.sort(Comparator.comparingLong((JsonNode row) -> row.get("__lsn").asLong())
                .thenComparingInt(row -> row.get("__partition").asInt())
                .thenComparingLong(row -> row.get("__offset").asLong()));
        Map<Integer, List<Object>> rows = new TreeMap<>();
        for (JsonNode row : ordered) {
            switch (row.get("__op").asText()) {
                case "t" -> rows.clear();
                case "d" -> rows.remove(row.get(key).asInt());
                default -> {
                    List<Object> values = new ArrayList<>();
                    for (String column : columns) {
                        values.add(
                                row.get(column).isNull()
                                        ? "null"
                                        : row.get(column).asText());
                    }
                    rows.put(row.get(key).asInt(), values);
                }
            }
        }
        return rows;
    }

    private static Map<Integer, List<Object>> rows(Connection connection, String query) throws Exception {
        Map<Integer, List<Object>> rows = new TreeMap<>();
        try (Statement sql = connection.createStatement()) {
            ResultSet result = sql.executeQuery(query);
            while (result.next()) {
                List<Object> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    Object value = result.getObject(i);
                    values.add(value instanceof BigDecimal decimal ? decimal.toPlainString() : String.valueOf(value));
                }
                rows.put(result.getInt(1), values);
            }
        }
        return rows;
    }

    private static long count(Connection connection, String query) throws Exception {
        try (Statement sql = connection.createStatement()) {
            ResultSet row = sql.executeQuery(query);
            row.next();
            return row.getLong(1);
        }
    }

    private static long[] nextOffsets(List<ConsumerRecord<byte[], byte[]>> records) {
        long[] next = new long
                [records.stream().mapToInt(ConsumerRecord::partition).max().orElse(0) + 1];
        records.forEach(record -> next[record.partition()] = Math.max(next[record.partition()], record.offset() + 1));
        return next;
    }
}
