package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: {@code duet doctor} finds the embedded stack well, and each of some defects that are planted in source, target, connector
 * and settings, with the fix.
 */
class DoctorIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void theStackIsWellAndPlantedDefectsAreFound() throws Exception {
        String database = stack.freshDatabase("doctor");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "doctor", database, "s3a://" + stack.s3Bucket() + "/doctor");
        settings.put("duet.source.topics", "pgsrc\\.public\\..*");
        settings.put(
                "duet.verify.source.url",
                "postgresql://" + stack.postgresHost() + ":" + stack.postgresPort() + "/finance");
        settings.put("duet.verify.source.username", "postgres");
        settings.put("duet.verify.source.password", stack.password("postgres"));
        settings.put("duet.verify.source.slot", "debezium_slot");
        settings.put("duet.connect.url", stack.connectUrl());
        settings.put("duet.connect.connector", "duet-source");
        settings.put("duet.web.open", "true"); // for duet status
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                Connection target = stack.connect(database, "postgres");
                Connection source = stack.connect("finance", "postgres")) {
            Instant limit = Instant.now().plus(Duration.ofSeconds(90));
            while (!Checks.exists(target, "public.fund_unit") || !Checks.exists(target, "public.fund_metadata")) {
                assertThat(Instant.now()).as(service.log()).isBefore(limit);
                Thread.sleep(200);
            }
            CommandRun well = CommandRun.of(settings, "doctor", "--output", "json");
            assertThat(bad(well)).as(well.text()).isEmpty();
            assertThat(well.exitCode()).isZero();

            execute(source, "alter table fund_unit replica identity nothing");
            execute(source, "alter publication dbz_pub drop table fund_metadata");
            execute(target, "revoke insert on duet.position from duet; alter table fund_unit owner to postgres");
            connector("pause");
            try {
                settings.put("duet.source.unavailable-value-placeholder", "another");
                CommandRun ill = CommandRun.of(settings, "doctor", "--output", "json");
                assertThat(ill.exitCode()).isEqualTo(1);
                assertThat(bad(ill))
                        .contains(
                                "source table \"public\".\"fund_unit\": its replica identity is NOTHING",
                                "source table \"public\".\"fund_metadata\": no publication has it: its changes don't come",
                                "target schema duet: the role may not write [duet.position]",
                                "target table \"public\".\"fund_unit\": the role may not write it",
                                "connector duet-source: state: it is PAUSED");
                assertThat(bad(ill)).anyMatch(one -> one.contains("unavailable.value.placeholder"));
                statusSays(service, 1, "connector duet-source, state: it is PAUSED");
                CommandRun table = CommandRun.of(settings, "doctor");
                assertThat(table.exitCode()).isEqualTo(1);
                assertThat(table.out())
                        .contains("-> ALTER TABLE \"public\".\"fund_unit\" REPLICA IDENTITY DEFAULT.")
                        .contains("-> PUT /connectors/duet-source/resume.");
            } finally {
                connector("resume");
                execute(source, "alter table fund_unit replica identity default");
                execute(source, "alter publication dbz_pub add table fund_metadata");
                execute(target, "grant insert on duet.position to duet; alter table fund_unit owner to duet");
            }
            statusSays(service, 0, "All is well");
            aFailedTaskIsSaid(settings, service);
            settings.put("kafka.bootstrap.servers", "127.0.0.1:1");
            settings.put("kafka.default.api.timeout.ms", "3000");
            settings.put("kafka.request.timeout.ms", "2000");
            CommandRun away = CommandRun.of(settings, "doctor", "--output", "json");
            assertThat(bad(away)).as(away.text()).anyMatch(one -> one.startsWith("topics reachable: Kafka"));
        }
    }

    private void aFailedTaskIsSaid(Map<String, String> settings, ServiceProcess service) throws Exception {
        URI address = URI.create(stack.connectUrl() + "/connectors/duet-source/config");
        ObjectMapper json = new ObjectMapper();
        String right = send(HttpRequest.newBuilder(address).build());
        ObjectNode wrong = (ObjectNode) json.readTree(right);
        wrong.put("publication.name", "no_such").put("producer.override.transaction.timeout.ms", "10000");
        try {
            put(address, json.writeValueAsString(wrong));
            awaitState("\"FAILED\"");
            statusSays(service, 1, "connector duet-source, task 0: it is FAILED: ");
            CommandRun ill = CommandRun.of(settings, "doctor", "--output", "json");
            assertThat(ill.exitCode()).isEqualTo(1);
            assertThat(bad(ill))
                    .anyMatch(one -> one.startsWith("connector duet-source: task 0: it is FAILED: "))
                    .anyMatch(
                            one -> one.startsWith("connector duet-source: producer.override.transaction.timeout.ms: "));
        } finally {
            put(address, right);
            awaitState("\"id\":0,\"state\":\"RUNNING\"");
        }
        statusSays(service, 0, "All is well");
    }

    private static void statusSays(ServiceProcess service, int exitCode, String text) throws Exception {
        Instant limit = Instant.now().plus(Duration.ofMinutes(1));
        while (true) {
            CommandRun status = CommandRun.in(Map.of("DUET_URL", service.uri("").toString()), Map.of(), "status");
            if (status.exitCode() == exitCode && status.out().contains(text)) {
                return;
            }
            assertThat(Instant.now()).as(status.text()).isBefore(limit);
            Thread.sleep(500);
        }
    }

    /** What is not well. */
    private static List<String> bad(CommandRun result) throws Exception {
        List<String> bad = new ArrayList<>();
        JsonNode findings = new ObjectMapper().readTree(result.out()).path("findings");
        assertThat(findings.size()).as(result.text()).isGreaterThan(5);
        for (JsonNode one : findings) {
            if (!one.path("level").asText().equals("ok")) {
                assertThat(one.path("fix").asText()).isNotEmpty();
                bad.add(one.path("area").asText() + " " + one.path("what").asText() + ": "
                        + one.path("detail").asText());
            }
        }
        return bad;
    }

    private void connector(String deed) throws Exception {
        put(URI.create(stack.connectUrl() + "/connectors/duet-source/" + deed), "");
        awaitState(deed.equals("pause") ? "\"PAUSED\"" : "\"id\":0,\"state\":\"RUNNING\"");
    }

    private void awaitState(String wanted) throws Exception {
        Instant limit = Instant.now().plus(Duration.ofSeconds(60));
        URI status = URI.create(stack.connectUrl() + "/connectors/duet-source/status");
        while (true) {
            String now = send(HttpRequest.newBuilder(status).build());
            if (now.contains(wanted)) {
                return;
            }
            assertThat(Instant.now()).as(now).isBefore(limit);
            Thread.sleep(100);
        }
    }

    private static void put(URI address, String body) throws Exception {
        send(HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static String send(HttpRequest request) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).body();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
