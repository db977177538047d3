package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.FundHistory.Fund;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The commands that look into Delta: history, describe, read and time travel, without Spark. */
class ReadCommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void whatWasWrittenIsReadAsItWas() throws Exception {
        String database = stack.freshDatabase("reading");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "reading", database, "s3a://" + stack.s3Bucket() + "/reading");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "reading", "funds", 2, 11);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            history.snapshot(300);
            Map<Integer, Fund> before;
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "reading", history.topic(), history.written(), Duration.ofMinutes(1));
                before = history.rows();
                service.terminate();
            }
            long version = JSON.readTree(CommandRun.expecting(0, settings, "describe", "public.funds", "-o", "json")
                            .out())
                    .get("version")
                    .asLong();
            history.changes(500);
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "reading", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            looks(settings, history);
            settings.put("duet.delta.read-part-rows", "100");
            assertThat(current(settings)).isEqualTo(history.rows());
            assertThat(current(settings, "--version", Long.toString(version))).isEqualTo(before);
            refusals(settings);
        }
    }

    private static void looks(Map<String, String> settings, FundHistory history) throws Exception {
        assertThat(CommandRun.expecting(0, settings, "describe").out().strip()).isEqualTo("public.funds");
        assertThat(CommandRun.expecting(0, settings, "describe", "public.funds").out())
                .contains("fund_price", "decimal(10,2)", "__date", history.topic() + "-0: " + history.written()[0]);
        JsonNode versions =
                JSON.readTree(CommandRun.expecting(0, settings, "history", "public.funds", "--output", "json")
                        .out());
        long rows = 0;
        for (JsonNode version : versions) {
            rows += version.get("rowsAdded").asLong();
            assertThat(version.get("engine").asText()).contains("duet/");
        }
        assertThat(rows).isEqualTo(history.total());
        assertThat(versions.get(0).get("version").asLong()).isEqualTo(versions.size() - 1);
        CommandRun read = CommandRun.expecting(
                0,
                settings,
                "read",
                "public.funds",
                "--where",
                "__offset >= 10 and __offset < 15 and __partition = 1",
                "--columns",
                "__offset,fund_price,fund_name",
                "-o",
                "json");
        assertThat(read.lines()).hasSize(5);
        assertThat(JSON.readTree(read.lines().getFirst()).get("__offset").asLong())
                .isEqualTo(10);
        assertThat(CommandRun.expecting(0, settings, "read", "public.funds", "--limit", "3", "--newest-first")
                        .lines())
                .hasSize(4);
    }

    private static void refusals(Map<String, String> settings) throws Exception {
        assertThat(CommandRun.expecting(2, settings, "read", "public.nothing").err())
                .contains("public.funds");
        assertThat(CommandRun.expecting(2, settings, "history", "funds").err()).contains("public.funds");
        assertThat(CommandRun.expecting(2, settings, "read", "public.funds", "--where", "fund_idd = 1")
                        .err())
                .contains("fund_idd");
        assertThat(CommandRun.expecting(2, settings, "read", "public.funds", "--version", "999")
                        .err())
                .contains("the newest is");
        assertThat(CommandRun.expecting(2, settings, "read", "public.funds", "--as-of", "2001-01-01")
                        .err())
                .isNotBlank();
        settings.put("duet.delta.s3.endpoint", "http://127.0.0.1:9");
        CommandRun.expecting(3, settings, "history", "public.funds");
    }

    static Map<Integer, Fund> current(Map<String, String> settings, String... version) throws Exception {
        String[] arguments = new String[6 + version.length];
        System.arraycopy(
                new String[] {"read", "public.funds", "--current", "--limit=0", "-o", "json"}, 0, arguments, 0, 6);
        System.arraycopy(version, 0, arguments, 6, version.length);
        Map<Integer, Fund> rows = new HashMap<>();
        for (String line : CommandRun.expecting(0, settings, arguments).lines()) {
            JsonNode row = JSON.readTree(line);
            int id = row.get("fund_id").asInt();
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
        return rows;
    }
}
