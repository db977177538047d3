package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guarantee: by option each log line is one JSON object with fixed keys; by default none is. Nothing has to answer for that. */
class JsonLogsIT {
    private static final String[] JVM = {
        "-Xmx512m", "-XX:+UseSerialGC", "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"
    };

    @TempDir
    private Path folder;

    @Test
    void eachLineIsAnObject() throws Exception {
        List<String> lines = lines("true");
        for (String line : lines) {
            JsonNode object = new ObjectMapper().readTree(line);
            for (String key : List.of("timestamp", "level", "loggerName", "message", "threadName")) {
                assertThat(object.get(key)).as(key + " of " + line).isNotNull();
            }
        }
        assertThat(lines).anyMatch(line -> line.contains("sink=postgres event=waiting"));
        assertThat(lines("false")).noneMatch(line -> line.startsWith("{"));
    }

    private List<String> lines(String json) throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        Map<String, String> settings = Map.of(
                "duet.pipeline",
                "logs",
                "duet.source.topics",
                "logs",
                "duet.delta.root",
                folder.toUri().toString(),
                "kafka.bootstrap.servers",
                "127.0.0.1:" + closed,
                "quarkus.datasource.reactive.url",
                "postgresql://127.0.0.1:" + closed + "/logs",
                "quarkus.datasource.username",
                "duet",
                "quarkus.datasource.password",
                "duet",
                "quarkus.log.console.json.enabled",
                json);
        try (ServiceProcess service = ServiceProcess.start(settings, JVM).awaitStarted()) {
            service.kill(); // a stop waits for Kafka, which does not answer
            return Files.readAllLines(service.logFile());
        }
    }
}
