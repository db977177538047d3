package dev.duet;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Connect worker of its own beside the stack of the test run, which can be killed. */
public final class ConnectProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path data;
    private final String url;

    private ConnectProcess(Process process, Path data, String url) {
        this.process = process;
        this.data = data;
        this.url = url;
    }

    /**
     * Starts a worker; returns when it answers.
     *
     * @param group workers of one group continue each other's connectors
     */
    public static ConnectProcess start(EmbeddedStack stack, String group, boolean exactlyOnce) throws Exception {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Path data = Files.createTempDirectory(root.resolve("target"), "connect");
        Path status = data.resolve("status.json");
        Files.deleteIfExists(status);
        Path log =
                Files.createTempFile(Files.createDirectories(root.resolve("target/service-logs")), "connect", ".log");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx320m", "-XX:TieredStopAtLevel=1"));
        command.addAll(
                List.of("-jar", root.resolve("devstack/target/devstack.jar").toString(), "up", "--parts"));
        command.addAll(List.of("connect", "--kafka", stack.bootstrapServers(), "--connect-group", group));
        command.addAll(List.of("--exactly-once", Boolean.toString(exactlyOnce), "--data", data.toString()));
        command.addAll(List.of("--status-file", status.toString(), "--parent-pid"));
        command.add(Long.toString(ProcessHandle.current().pid()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Instant limit = Instant.now().plus(LIMIT);
        while (!Files.exists(status)) {
            if (!process.isAlive() || Instant.now().isAfter(limit)) {
                process.destroyForcibly();
                throw new IllegalStateException("the worker did not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
        String url = JSON.readTree(status.toFile()).at("/connect/url").asText();
        return new ConnectProcess(process, data, url);
    }

    /** The connector's configuration that the documentation shows, with these on top. */
    public static Map<String, String> configuration(EmbeddedStack stack, Map<String, String> overrides)
            throws IOException {
        Map<String, String> configuration = template("connector.json");
        configuration.putAll(Map.of(
                "database.hostname", stack.postgresHost(),
                "database.port", Integer.toString(stack.postgresPort()),
                "database.user", "postgres",
                "database.password", stack.password("postgres"),
                "topic.creation.default.partitions", "4"));
        configuration.putAll(overrides);
        return configuration;
    }

    /** The configuration of the connector that sends the events of deliveries, with these on top. */
    public static Map<String, String> deliveries(EmbeddedStack stack, Map<String, String> overrides)
            throws IOException {
        Map<String, String> configuration = template("connector-deliveries.json");
        configuration.putAll(Map.of(
                "database.hostname", stack.postgresHost(),
                "database.port", Integer.toString(stack.postgresPort()),
                "database.user", "postgres",
                "database.password", stack.password("postgres")));
        configuration.putAll(overrides);
        return configuration;
    }

    private static Map<String, String> template(String name) throws IOException {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        return JSON.readValue(
                root.resolve("devstack/src/main/resources").resolve(name).toFile(), new TypeReference<>() {});
    }

    /** What makes a connector write Avro in Confluent's wire format, as the embedded stack's own has it. */
    public static Map<String, String> avro(String registryUrl) throws IOException {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        String text = Files.readString(root.resolve("devstack/src/main/resources/connector-avro.json"));
        return JSON.readValue(text.replace("${registry.url}", registryUrl), new TypeReference<>() {});
    }

    /** Creates a connector, or changes it. */
    public void register(String name, Map<String, String> configuration) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/connectors/" + name + "/config"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .PUT(BodyPublishers.ofString(JSON.writeValueAsString(configuration)))
                .build();
        Instant limit = Instant.now().plus(LIMIT);
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (true) { // the worker may still be joining its group
                HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() < 300) {
                    return;
                }
                if (answer.statusCode() == 400 || Instant.now().isAfter(limit)) {
                    throw new IllegalStateException("connector not accepted: " + answer.body());
                }
                Thread.sleep(200);
            }
        }
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        EmbeddedStack.delete(data);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        kill();
    }
}
