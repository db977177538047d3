package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.duet.FundHistory.Fund;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold after any history, checked with other code than the writer's. */
public final class Checks {
    private Checks() {}

    /** Waits until everything that was written to the topic is delivered to both sinks. */
    public static void awaitDelivered(
            Connection connection, String pipeline, String topic, long[] written, Duration limit) throws Exception {
        Instant end = Instant.now().plus(limit);
        while (true) {
            Map<Integer, Long> delivered = delivered(connection, pipeline, topic);
            boolean all = true;
            for (int partition = 0; partition < written.length; partition++) {
                all &= written[partition] == 0 || delivered.getOrDefault(partition, 0L) >= written[partition];
            }
            if (all) {
                return;
            }
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("not delivered within " + limit + ": " + delivered);
            }
            Thread.sleep(100);
        }
    }

    /** {@code delivered_next} by partition; empty while the control tables don't exist. */
    public static Map<Integer, Long> delivered(Connection connection, String pipeline, String topic)
            throws SQLException {
        Map<Integer, Long> delivered = new HashMap<>();
        if (!exists(connection, "duet.position")) {
            return delivered;
        }
        try (var query = connection.prepareStatement(
                "select partition, delivered_next from duet.position where pipeline = ? and topic = ?")) {
            query.setString(1, pipeline);
            query.setString(2, topic);
            ResultSet rows = query.executeQuery();
            while (rows.next()) {
                delivered.put(rows.getInt(1), rows.getLong(2));
            }
        }
        return delivered;
    }

    /** The mirror holds exactly these rows. */
    public static void mirrorEquals(Connection connection, String table, Map<Integer, Fund> expected)
            throws SQLException {
        assertThat(mirror(connection, table)).isEqualTo(expected);
    }

    /** The mirror's rows by key. */
    public static Map<Integer, Fund> mirror(Connection connection, String table) throws SQLException {
        Map<Integer, Fund> mirror = new HashMap<>();
        try (var statement = connection.createStatement()) {
            ResultSet rows = statement.executeQuery(
                    "select fund_id, fund_name, fund_code, fund_description, updated_at, fund_price from " + table);
            while (rows.next()) {
                Fund fund = new Fund(
                        rows.getInt(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getLong(5),
                        rows.getBigDecimal(6));
                mirror.put(fund.id(), fund);
            }
        }
        return mirror;
    }

    /** The Delta log holds each record of the topic exactly once: lost and duplicated are counted over all partitions. */
    public static void logHoldsEachOnce(List<JsonNode> log, String topic, long[] written) {
        List<Set<Long>> offsets = new ArrayList<>();
        for (int partition = 0; partition < written.length; partition++) {
            offsets.add(new HashSet<>());
        }
        long duplicated = 0;
        for (JsonNode row : log) {
            assertThat(row.get("__topic").asText()).isEqualTo(topic);
            if (!offsets.get(row.get("__partition").asInt())
                    .add(row.get("__offset").asLong())) {
                duplicated++;
            }
        }
        long lost = 0;
        for (int partition = 0; partition < written.length; partition++) {
            for (long offset = 0; offset < written[partition]; offset++) {
                lost += offsets.get(partition).contains(offset) ? 0 : 1;
            }
        }
        assertThat(duplicated).as("duplicated").isZero();
        assertThat(lost).as("lost").isZero();
        assertThat(log.size()).as("rows in the log").isEqualTo((int)
                java.util.Arrays.stream(written).sum());
    }

    /** Replaying the Delta log gives exactly these rows. */
    public static void foldEquals(List<JsonNode> log, Map<Integer, Fund> expected) {
        assertThat(fold(log)).isEqualTo(expected);
    }

    /** The rows that replaying the Delta log gives. */
    public static Map<Integer, Fund> fold(List<JsonNode> log) {
        List<JsonNode> ordered = new ArrayList<>(log);
        ordered.sort(
                Comparator.comparingInt((JsonNode row) -> row.get("__partition").asInt())
                        .thenComparingLong(row -> row.get("__offset").asLong()));
        Map<Integer, Fund> rows = new HashMap<>();
        for (JsonNode row : ordered) {
            int id = row.get("fund_id").asInt();
            if (row.get("__op").asText().equals("d")) {
                rows.remove(id);
            } else {
                rows.put(
                        id,
                        new Fund(
                                id,
                                row.get("fund_name").asText(),
                                row.get("fund_code").asText(),
                                row.get("fund_description").asText(),
                                row.get("updated_at").asLong(),
                                new BigDecimal(row.get("fund_price").asText())));
            }
        }
        return rows;
    }

    /** The ledger of the pipeline accounts for every record: applied + filtered + dead-lettered, each once. */
    public static void ledgerAddsUp(Connection connection, String pipeline, String topic, long records)
            throws SQLException {
        try (var query =
                connection.prepareStatement("select sum(applied + filtered + dead_lettered), bool_and(applied_next"
                        + " >= delivered_next) from duet.position where pipeline = ? and topic = ?")) {
            query.setString(1, pipeline);
            query.setString(2, topic);
            ResultSet row = query.executeQuery();
            row.next();
            assertThat(row.getLong(1)).as("records in the ledger").isEqualTo(records);
            assertThat(row.getBoolean(2)).isTrue();
        }
    }

    public static boolean exists(Connection connection, String table) throws SQLException {
        try (var query = connection.prepareStatement("select to_regclass(?) is not null")) {
            query.setString(1, table);
            ResultSet row = query.executeQuery();
            row.next();
            return row.getBoolean(1);
        }
    }
}
