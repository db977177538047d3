package dev.duet.devstack;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// A Debezium connector, registered through Connect's REST interface: the source's from the template `connector.json`,
/// the
/// one that sends the events of deliveries from `connector-deliveries.json`.
final class Connector {

    static final String NAME = "duet-source";
    static final String DELIVERIES = "duet-deliveries";

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration FAILURE_GRACE = Duration.ofSeconds(8);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI resource;
    private final BooleanSupplier cancelled;

    /// @param cancelled asked while waiting; true ends the wait with a failure
    Connector(String connectUrl, String name, BooleanSupplier cancelled) {
        this.resource = URI.create(connectUrl + "/connectors/" + name + "/");
        this.cancelled = cancelled;
    }

    /// The template with its variables replaced, then the overrides put on top.
    static Map<String, String> configuration(int postgresPort, int partitions, Map<String, String> overrides)
            throws IOException {
        Map<String, String> configuration = template("/connector.json", postgresPort);
        configuration.replaceAll((key, value) -> value.replace("${partitions}", Integer.toString(partitions)));
        configuration.putAll(overrides);
        return configuration;
    }

    /// For the connector that sends the events of deliveries.
    static Map<String, String> deliveries(int postgresPort) throws IOException {
        return template("/connector-deliveries.json", postgresPort);
    }

    private static Map<String, String> template(String name, int postgresPort) throws IOException {
        try (InputStream in = Connector.class.getResourceAsStream(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${database.hostname}", Ports.HOST)
                    .replace("${database.port}", Integer.toString(postgresPort))
                    .replace("${database.user}", Role.DEBEZIUM.roleName())
                    .replace("${database.password}", Role.DEBEZIUM.password());
            return JSON.readValue(text, new TypeReference<>() {});
        }
    }

    /// What makes the connector write Avro, with schemas in this registry.
    static Map<String, String> avro(String registryUrl) throws IOException {
        try (InputStream in = Connector.class.getResourceAsStream("/connector-avro.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("${registry.url}", registryUrl);
            return JSON.readValue(text, new TypeReference<>() {});
        }
    }

    /// Creates or changes the connector and returns when it and its task run.
    void register(Map<String, String> configuration) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            put(http, JSON.writeValueAsString(configuration), deadline);
            awaitRunning(http, deadline);
        }
    }

    private void put(HttpClient http, String configuration, long deadline) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(resource.resolve("config"))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(configuration))
                .build();
        while (true) {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() < 300) {
                return;
            }
            // 409 and 500 come while the worker joins its group; 400 says that the configuration is wrong.
            if (response.statusCode() == 400) {
                throw new StackFailure("connector refused: " + oneLine(response.body()));
            }
            pause(deadline, "not accepted: " + oneLine(response.body()));
        }
    }

    /// A failed task need not be the new configuration's: at a restart the worker first runs the one that it stored,
    /// and
    /// PostgreSQL may come up after it. So failed parts are restarted until the grace time is over.
    private void awaitRunning(HttpClient http, long deadline) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(resource.resolve("status")).build();
        HttpRequest restart = HttpRequest.newBuilder(resource.resolve("restart?includeTasks=true&onlyFailed=true"))
                .POST(BodyPublishers.noBody())
                .build();
        long firstFailure = 0;
        while (true) {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() == 200) {
                JsonNode status = JSON.readTree(response.body());
                JsonNode connector = status.path("connector");
                JsonNode task = status.path("tasks").path(0);
                if (isIn("RUNNING", connector) && isIn("RUNNING", task)) {
                    return;
                }
                if (isIn("FAILED", connector) || isIn("FAILED", task)) {
                    if (firstFailure == 0) {
                        firstFailure = System.nanoTime();
                    } else if (System.nanoTime() - firstFailure > FAILURE_GRACE.toNanos()) {
                        throw failure(isIn("FAILED", task) ? task : connector);
                    } else {
                        http.send(restart, BodyHandlers.discarding());
                    }
                    Thread.sleep(RESTART_PAUSE); // the changed configuration may just be restarting it
                }
            }
            pause(deadline, "not running: " + oneLine(response.body()));
        }
    }

    /// A task is "running" while it still connects, and the status topic can hold the word of a killed worker. An
    /// active
    /// slot is proof: from then on changes flow.
    void awaitStreaming(DemoDatabase database, Map<String, String> configuration)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        boolean streams = !"initial_only".equals(configuration.get("snapshot.mode"));
        while (streams && !database.isSlotActive(configuration.get("slot.name"))) {
            pause(deadline, "not streaming, see logs/devstack.log in the data folder");
        }
    }

    private void pause(long deadline, String state) throws InterruptedException {
        if (cancelled.getAsBoolean()) {
            throw new StackFailure("stopped while the connector was being registered");
        }
        if (System.nanoTime() > deadline) {
            throw new StackFailure("connector after " + LIMIT.toSeconds() + " s " + state);
        }
        Thread.sleep(PAUSE);
    }

    private static StackFailure failure(JsonNode part) {
        String trace = part.path("trace").asText();
        return new StackFailure("connector failed: " + trace.lines().findFirst().orElse("no trace")
                + " (see logs/devstack.log in the data folder)");
    }

    private static boolean isIn(String state, JsonNode part) {
        return state.equals(part.path("state").asText());
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').strip();
    }
}
