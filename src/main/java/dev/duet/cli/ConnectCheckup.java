package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.connect.ConnectConfig;
import dev.duet.connect.ConnectorState;
import dev.duet.inspect.Checkup;
import dev.duet.inspect.Finding;
import dev.duet.inspect.UnreachableException;
import dev.duet.intake.SourceConfig;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether the connector runs and is set up for the service; and the clocks of what speaks HTTP. */
@Singleton
@Unremovable
final class ConnectCheckup implements Checkup {
    private static final String AREA = "connector";
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** A Date header has whole seconds. */
    private static final Duration AWAY = Duration.ofSeconds(5);

    private final ConnectConfig config;
    private final Optional<String> store;
    private final SourceConfig source;
    private Optional<String> url;

    /** @param store the address of the S3 store, if it is not AWS's */
    ConnectCheckup(
            ConnectConfig config,
            @ConfigProperty(name = "duet.delta.s3.endpoint") Optional<String> store,
            SourceConfig source) {
        this.config = config;
        this.store = store;
        this.source = source;
        this.url = config.url();
    }

    /** Looks there, whatever the configuration says. */
    ConnectCheckup at(String address) {
        url = Optional.of(address);
        return this;
    }

    @Override
    public String area() {
        return AREA;
    }

    @Override
    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
            store.ifPresent(endpoint -> findings.add(clock("store", get(http, endpoint))));
            if (url.isEmpty()) {
                findings.add(Finding.warning(
                        AREA,
                        "not looked at",
                        "there is no address of Kafka Connect",
                        "Set duet.connect.url, or give --connect http://connect:8083."));
                return findings;
            }
            HttpResponse<String> answer =
                    get(http, url.get().replaceFirst("/+$", "") + "/connectors?expand=info&expand=status");
            if (answer.statusCode() != 200) {
                throw new UnreachableException("Kafka Connect answers " + answer.statusCode());
            }
            connectors(new ObjectMapper().readTree(answer.body()), findings);
            return findings;
        } catch (IOException e) {
            throw new UnreachableException("Kafka Connect's answer can't be read: " + e.getMessage());
        }
    }

    private void connectors(JsonNode all, List<Finding> findings) {
        boolean found = false;
        for (Map.Entry<String, JsonNode> one : all.properties()) {
            JsonNode settings = one.getValue().at("/info/config");
            boolean deliveries = settings.path("table.include.list").asText().equals("duet.outbox");
            boolean ofSource = ConnectorState.isOfPostgres(settings) && !deliveries;
            if (config.connector().isEmpty() && ConnectorState.isOfPostgres(settings) && deliveries) {
                findings.addAll(ConnectorChecks.ofState(one.getKey(), one.getValue(), source));
            } else if (config.connector().map(one.getKey()::equals).orElse(ofSource)) {
                found = true;
                findings.addAll(ConnectorChecks.of(one.getKey(), one.getValue(), source));
            }
        }
        if (!found) {
            findings.add(Finding.failure(
                    AREA,
                    config.connector().orElse("connector"),
                    "Kafka Connect has no such connector",
                    "Register it, or correct duet.connect.connector (docs/configuration.md, The connector)."));
        }
    }

    private static HttpResponse<String> get(HttpClient http, String address) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(address)).timeout(LIMIT).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | IllegalArgumentException e) {
            throw new UnreachableException(address + " does not answer: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted");
        }
    }

    private static Finding clock(String area, HttpResponse<String> answer) {
        String date = answer.headers().firstValue("date").orElse("");
        try {
            Instant there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
            Duration away = Duration.between(there, Instant.now()).abs();
            return away.compareTo(AWAY) <= 0
                    ? Finding.ok(area, "clock", "less than " + AWAY.toSeconds() + " s away")
                    : Finding.warning(
                            area,
                            "clock",
                            away.toSeconds() + " s away from this machine's",
                            "Synchronize both clocks (NTP): from 15 minutes on S3 refuses every request.");
        } catch (DateTimeParseException e) {
            return Finding.ok(area, "clock", "it does not tell its time");
        }
    }
}
