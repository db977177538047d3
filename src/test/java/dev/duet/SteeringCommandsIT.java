package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The commands that move positions: rewind, accept-gap, adopt-topic. None of them doubles or loses a row. */
class SteeringCommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void rewoundRecordsAreAppliedAgainAndDoubledNowhere() throws Exception {
        String database = stack.freshDatabase("rewind");
        String root = "s3a://" + stack.s3Bucket() + "/rewind";
        Map<String, String> settings = ServiceProcess.settings(stack, "rewind", database, root);
        settings.put("duet.postgres.mode", "both");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "rewind", "funds", 2, 21);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            history.snapshot(200);
            history.changes(400);
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "rewind", history.topic(), history.written(), Duration.ofMinutes(1));
                assertThat(CommandRun.expecting(4, settings, "rewind", "public.funds", "--to", "earliest", "--yes")
                                .err())
                        .contains("1 instances");
                service.terminate();
            }
            try (var sql = connection.createStatement()) { // what a replay is for
                assertThat(sql.executeUpdate("delete from public.funds where fund_id % 3 = 0"))
                        .isPositive();
                assertThat(sql.executeUpdate("update public.funds set fund_name = 'wrong'"))
                        .isPositive();
            }
            CommandRun plan = CommandRun.expecting(
                    0, settings, "rewind", "public.funds", "--to", "earliest", "--dry-run", "-o", "json");
            JsonNode json = JSON.readTree(plan.out());
            assertThat(json.get("moves")).hasSize(2);
            assertThat(json.get("trailRowsRemoved").asLong()).isEqualTo(history.total());
            CommandRun.expecting(2, settings, "rewind", "public.funds", "--to", "earliest"); // nobody to ask
            CommandRun.expecting(2, settings, "rewind", "public.funds", "--to", "yesterday", "--yes");
            CommandRun.expecting(0, settings, "rewind", "public.funds", "--to", "earliest", "--yes");
            assertThat(Checks.delivered(connection, "rewind", history.topic()).values())
                    .allMatch(next -> next == 0);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                Checks.awaitDelivered(connection, "rewind", history.topic(), history.written(), Duration.ofMinutes(1));
                Checks.mirrorEquals(connection, "public.funds", history.rows());
                CommandRun.expecting(
                        0, settings, "rewind", "--all", "--to", "100", "--partition", "1", "--while-running", "--yes");
                history.changes(100); // the running instance notices at its next write
                Checks.awaitDelivered(connection, "rewind", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            try (var sql = connection.createStatement();
                    var trail = sql.executeQuery(
                            "select count(*), count(distinct (__partition, __offset))" + " from public.funds_trail")) {
                trail.next();
                assertThat(trail.getLong(1)).isEqualTo(history.total());
                assertThat(trail.getLong(2)).isEqualTo(history.total());
            }
            CommandRun cut = CommandRun.expecting(
                    0, settings, "rewind", "--all", "--to", "150", "--delta", "--yes", "-o", "json");
            assertThat(JSON.readTree(cut.out()).get("deltaRowsRemoved").asLong())
                    .isEqualTo(history.total() - 2 * 150);
            CommandRun.expecting(1, settings, "rewind", "--all", "--to", "150", "--delta", "--yes");
            assertThat(CommandRun.expecting(0, settings, "read", "public.funds", "--limit=0", "-o", "json")
                            .lines())
                    .hasSize(300);
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                Checks.awaitDelivered(connection, "rewind", history.topic(), history.written(), Duration.ofMinutes(1));
                service.terminate();
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
        }
    }

    @Test
    void aGapIsAcceptedAndATopicThatWasMadeAgainAdopted() throws Exception {
        String database = stack.freshDatabase("steering");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "steering", database, "s3a://" + stack.s3Bucket() + "/steering");
        settings.put("duet.source.stopped-table-retry", "2s");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        try (Connection connection = stack.connect(database, "duet")) {
            String topic;
            try (FundHistory history = new FundHistory(stack.bootstrapServers(), "steering", "funds", 2, 22)) {
                topic = history.topic();
                settings.put("duet.source.topics", topic);
                history.snapshot(100);
                try (ServiceProcess service = ServiceProcess.start(settings)) {
                    Checks.awaitDelivered(connection, "steering", topic, history.written(), Duration.ofMinutes(1));
                    service.terminate();
                }
                CommandRun.expecting(1, settings, "accept-gap", topic, "--yes");
                CommandRun.expecting(1, settings, "adopt-topic", topic, "--yes");
                history.changes(100);
                deleteBefore(topic, 0, history.written()[0] - 10);
                try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                    service.awaitReadiness(503, "duet accept-gap " + topic);
                    CommandRun.expecting(0, settings, "accept-gap", topic, "--dry-run");
                    assertThat(CommandRun.expecting(0, settings, "accept-gap", topic, "--yes")
                                    .out())
                            .contains("go on at " + (history.written()[0] - 10));
                    Checks.awaitDelivered(connection, "steering", topic, history.written(), Duration.ofMinutes(1));
                    service.terminate();
                }
                deleteTopic(topic);
            }
            try (FundHistory again = new FundHistory(stack.bootstrapServers(), "steering", "funds", 2, 23)) {
                again.snapshot(50);
                try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                    service.awaitReadiness(503, "duet adopt-topic " + topic);
                    CommandRun.expecting(4, settings, "accept-gap", topic, "--yes");
                    CommandRun.expecting(0, settings, "adopt-topic", topic, "--yes");
                    service.awaitReadiness(200, "");
                    Checks.awaitDelivered(connection, "steering", topic, again.written(), Duration.ofMinutes(1));
                    service.terminate();
                }
            }
        }
    }

    private void deleteBefore(String topic, int partition, long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    private void deleteTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.deleteTopics(List.of(topic)).all().get();
            while (admin.listTopics().names().get().contains(topic)) {
                Thread.sleep(100);
            }
        }
    }
}
