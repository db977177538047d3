package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The commands that look at events, and at those that could not be read: peek and dead-letters. */
class EventCommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void eventsAreShownWithTheDecisionAndLettersAreSentAgainOnce() throws Exception {
        String database = stack.freshDatabase("events");
        String root = "s3a://" + stack.s3Bucket() + "/events";
        Map<String, String> settings = ServiceProcess.settings(stack, "events", database, root);
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "events", "funds", 1, 31);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(20);
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("duet.source.decimal-handling-mode", "precise"); // wrong: it is string
            JsonNode unreadable = peek(settings, history, "--from", "earliest", "--limit", "1");
            assertThat(unreadable.get("decision").asText()).isEqualTo("dead-letter");
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "events", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            settings.put("duet.source.decimal-handling-mode", "string");
            history.updates(5);
            JsonNode update = peek(settings, history, "--limit", "1");
            assertThat(update.get("decision").asText()).isEqualTo("apply");
            assertThat(update.get("op").asText()).isEqualTo("u");
            assertThat(update.at("/types/fund_price").asText()).isEqualTo("numeric(10,2)");
            assertThat(update.at("/after/fund_name").asText()).startsWith("Fund ");
            settings.put("duet.transform.some.tables", "public.funds");
            settings.put("duet.transform.some.where", "fund_id < 0");
            assertThat(peek(settings, history, "--limit", "1").get("why").asText())
                    .contains("duet.transform.some.where");
            settings.remove("duet.transform.some.tables");
            settings.remove("duet.transform.some.where");
            assertThat(CommandRun.expecting(0, settings, "peek", history.topic(), "--no-values")
                            .out())
                    .contains("-> apply")
                    .doesNotContain("Fund ");
            letters(settings, history);
            long[] all = {history.written()[0] + 20};
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "events", history.topic(), all, Duration.ofMinutes(1));
                service.terminate();
            }
            Map<Integer, FundHistory.Fund> rows = new HashMap<>(history.rows());
            rows.remove(1); // its letter was discarded
            Checks.mirrorEquals(connection, "public.funds", rows);
            assertThat(peek(settings, history, "--limit", "1", "--from", Long.toString(history.written()[0]))
                            .get("decision")
                            .asText())
                    .isEqualTo("skip");
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            assertThat(log).hasSize(24); // one letter was discarded, one sent: each once
        }
    }

    /** Of 20 letters one is discarded and the others are sent again, in three steps that overlap. */
    private static void letters(Map<String, String> settings, FundHistory history) throws Exception {
        JsonNode open = list(settings);
        assertThat(open).hasSize(20);
        assertThat(open.get(0).get("topic").asText()).isEqualTo(history.topic());
        assertThat(open.get(0).get("tries").asInt()).isEqualTo(1);
        assertThat(CommandRun.expecting(0, settings, "dead-letters", "show", "0")
                        .out())
                .contains("__duet.reason")
                .doesNotContain("fund_name");
        assertThat(CommandRun.expecting(0, settings, "dead-letters", "show", "0", "--values")
                        .out())
                .contains("fund_name");
        CommandRun.expecting(2, settings, "dead-letters", "show", "999");
        CommandRun.expecting(2, settings, "dead-letters", "retry");
        CommandRun.expecting(0, settings, "dead-letters", "discard", "0", "--yes");
        CommandRun.expecting(0, settings, "dead-letters", "retry", "1", "2", "--yes");
        CommandRun.expecting(2, settings, "dead-letters", "retry", "1", "2", "--yes"); // they are no longer open
        assertThat(list(settings)).hasSize(17);
        CommandRun.expecting(0, settings, "dead-letters", "retry", "--all", "--dry-run");
        CommandRun.expecting(0, settings, "dead-letters", "retry", "--where", "reason~fund_price", "--yes");
        assertThat(list(settings)).isEmpty();
        assertThat(JSON.readTree(CommandRun.expecting(0, settings, "dead-letters", "list", "--settled", "-o", "json")
                        .out()))
                .hasSize(20);
    }

    private static JsonNode list(Map<String, String> settings) throws Exception {
        return JSON.readTree(CommandRun.expecting(0, settings, "dead-letters", "list", "-o", "json")
                .out());
    }

    private static JsonNode peek(Map<String, String> settings, FundHistory history, String... more) throws Exception {
        String[] arguments = new String[4 + more.length];
        System.arraycopy(new String[] {"peek", history.topic(), "-o", "json"}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return JSON.readTree(
                CommandRun.expecting(0, settings, arguments).lines().getFirst());
    }
}
