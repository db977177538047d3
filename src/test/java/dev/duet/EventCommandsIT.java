package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
            Map<Integer, FundHistory.Fund> snapshot = Map.copyOf(history.rows());
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
            history.changes(30); // deletes among them
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
            Map<Integer, FundHistory.Fund> source = history.rows();
            overtaken(settings, snapshot, source);
            letters(settings, history);
            long[] all = {history.written()[0] + 20};
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "events", history.topic(), all, Duration.ofMinutes(1));
                service.terminate();
            }
            Map<Integer, FundHistory.Fund> rows = new HashMap<>(snapshot); // what was deleted is back: it was forced
            rows.putAll(source);
            if (Objects.equals(snapshot.get(1), source.get(1)) || !source.containsKey(1)) {
                rows.remove(1); // its letter was discarded
            }
            assertThat(rows).hasSizeGreaterThan(source.size());
            Checks.mirrorEquals(connection, "public.funds", rows);
            assertThat(ReadCommandsIT.current(settings)).isEqualTo(rows);
            JsonNode verified = JSON.readTree(
                    CommandRun.expecting(0, settings, "verify", "-o", "json").out());
            assertThat(verified.at("/tables/0/deltaCompared").asBoolean()).isTrue();
            assertThat(verified.at("/tables/0/rows").asInt()).isEqualTo(rows.size());
            assertThat(peek(settings, history, "--limit", "1", "--from", Long.toString(history.written()[0]))
                            .get("decision")
                            .asText())
                    .isEqualTo("skip");
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            assertThat(log).hasSize(54); // one letter was discarded, the others were sent: each once
        }
    }

    /** Letters whose rows were changed or deleted since are named, and are not sent unless that is forced. */
    private static void overtaken(
            Map<String, String> settings,
            Map<Integer, FundHistory.Fund> snapshot,
            Map<Integer, FundHistory.Fund> source)
            throws Exception {
        CommandRun run = CommandRun.expecting(4, settings, "dead-letters", "retry", "--all", "--dry-run", "-o", "json");
        Set<String> untouched = new TreeSet<>();
        snapshot.forEach((id, fund) -> {
            String letter = Integer.toString(id - 1);
            if (fund.equals(source.get(id))) {
                untouched.add(letter);
            } else {
                assertThat(run.err()).contains("letter " + letter + " of ").contains("overtaken");
            }
        });
        Set<String> sent = new TreeSet<>();
        JSON.readTree(run.out()).forEach(letter -> sent.add(letter.get("letter").asText()));
        assertThat(untouched).isNotEmpty().hasSizeLessThan(20);
        assertThat(sent).isEqualTo(untouched);
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
        CommandRun.expecting(0, settings, "dead-letters", "retry", "1", "2", "--force", "--yes");
        CommandRun.expecting(2, settings, "dead-letters", "retry", "1", "2", "--yes"); // they are no longer open
        assertThat(list(settings)).hasSize(17);
        CommandRun.expecting(0, settings, "dead-letters", "retry", "--all", "--force", "--dry-run");
        CommandRun.expecting(0, settings, "dead-letters", "retry", "--where", "reason~fund_price", "--force", "--yes");
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
