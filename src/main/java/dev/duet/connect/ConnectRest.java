package dev.duet.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Kafka Connect's interface, as far as the states of connectors go. Blocks, within {@link #LIMIT}. */
final class ConnectRest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** Of an answer: a connector's account is some kB, with its trace. */
    private static final int MAX_BYTES = 8 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Optional<String> name;
    private final URI address;

    /**
     * @param url of the interface
     * @param name of the connector; without one all of Debezium's for PostgreSQL are meant
     * @throws IllegalArgumentException if the address is none
     */
    ConnectRest(String url, Optional<String> name) {
        this.name = name;
        String path = name.map(one ->
                        "/" + URLEncoder.encode(one, StandardCharsets.UTF_8).replace("+", "%20") + "/status")
                .orElse("?expand=info&expand=status");
        try {
            address = URI.create(url.replaceFirst("/+$", "") + "/connectors" + path);
            var unused = HttpRequest.newBuilder(address); // wants http or https, and a host
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "duet.connect.url is not an address such as http://connect:8083: correct it, or leave it out", e);
        }
    }

    /** The states by connector, as {@code /connectors/NAME/status} has them; empty if there is no such connector. */
    Map<String, JsonNode> states() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
        HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
        CompletableFuture<Map<String, JsonNode>> states = http.sendAsync(
                        request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(this::read);
        try {
            // The request's own limit ends with the answer's head.
            return states.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + LIMIT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = cause.getMessage();
            throw new IOException(message == null ? cause.getClass().getSimpleName() : message, cause);
        } finally {
            http.shutdownNow(); // whatever is still read ends with it
        }
    }

    private Map<String, JsonNode> read(HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 404 && name.isPresent()) {
                return Map.of();
            }
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("it answers " + answer.statusCode());
            }
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IllegalStateException("its answer is longer than " + MAX_BYTES + " bytes");
            }
            JsonNode tree = JSON.readTree(bytes);
            return name.isPresent() ? Map.of(name.get(), tree) : ofPostgres(tree);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "its answer can't be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static Map<String, JsonNode> ofPostgres(JsonNode all) {
        Map<String, JsonNode> found = new TreeMap<>();
        for (Map.Entry<String, JsonNode> one : all.properties()) {
            if (ConnectorState.isOfPostgres(one.getValue().at("/info/config"))) {
                found.put(one.getKey(), one.getValue().path("status"));
            }
        }
        return found;
    }
}
