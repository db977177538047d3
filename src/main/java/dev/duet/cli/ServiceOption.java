package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running service is meant and who asks; asks it. The password is never an argument: everybody on the host may read those. */
final class ServiceOption {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:DUET_URL:-http://127.0.0.1:8080}",
            description = "The service's address (default: DUET_URL, else http://127.0.0.1:8080).")
    String url = "";

    @Option(
            names = "--user",
            paramLabel = "NAME",
            defaultValue = "${env:DUET_USER:-}",
            description = "Who logs in (default: DUET_USER). The password is DUET_PASSWORD, or asked for.")
    String user = "";

    private @Nullable String login;

    /**
     * The answer to a question.
     *
     * @param path below /api/v1
     * @throws Refusal if the service does not answer, or refuses
     */
    JsonNode get(String path) {
        return send(request(path).GET().build());
    }

    /** Asks for a change. */
    JsonNode post(String path) {
        return send(request(path)
                .header("X-Duet-Request", "1")
                .POST(BodyPublishers.noBody())
                .build());
    }

    private HttpRequest.Builder request(String path) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(url.replaceAll("/+$", "") + "/api/v1/" + path))
                    .timeout(LIMIT);
            if (!user.isEmpty()) {
                request.header("Authorization", login());
            }
            return request;
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, "'" + url + "' is no address: --url http://host:port");
        }
    }

    private String login() {
        if (login == null) {
            String credentials = user + ":" + password();
            login = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        }
        return login;
    }

    private String password() {
        String given = System.getenv("DUET_PASSWORD");
        if (given != null) {
            return given;
        }
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("Password of %s: ", user);
        if (typed == null) {
            throw new Refusal(ExitCode.USAGE, "no password: set DUET_PASSWORD, or run this in a terminal");
        }
        return new String(typed);
    }

    private JsonNode send(HttpRequest request) {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> JSON.readTree(answer.body());
                case 400, 404 -> throw new Refusal(ExitCode.USAGE, reason(answer));
                case 401 ->
                    throw new Refusal(
                            ExitCode.REFUSED,
                            user.isEmpty()
                                    ? url + " wants a login: --user NAME and DUET_PASSWORD"
                                    : url + " refuses the login of " + user);
                case 403 ->
                    throw new Refusal(
                            ExitCode.REFUSED, user + " may not do this at " + url + ": it needs the role operator");
                default -> throw new Refusal(ExitCode.UNREACHABLE, url + " answered " + answer.statusCode());
            };
        } catch (IOException e) {
            throw new Refusal(
                    ExitCode.UNREACHABLE,
                    url + " does not answer (" + e.getClass().getSimpleName()
                            + "): is the service running, and is --url or DUET_URL its address?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ExitCode.UNREACHABLE, "interrupted");
        }
    }

    private String reason(HttpResponse<String> answer) {
        try {
            String reason = JSON.readTree(answer.body()).path("error").asText();
            return reason.isEmpty() ? url + " knows no such page: is it a Duet of this version?" : reason;
        } catch (IOException e) {
            return url + " is no Duet";
        }
    }

    /** A table as the part of an address after the path; empty for all. */
    static String about(String table) {
        return table.isEmpty() ? "" : "?table=" + URLEncoder.encode(table, StandardCharsets.UTF_8);
    }

    /** A document for programs. */
    static String pretty(JsonNode answer) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
        } catch (IOException e) { // of a tree
            throw new UncheckedIOException(e);
        }
    }

    /** How far behind, for people. */
    static String behind(JsonNode of) {
        long records = of.path("lagRecords").asLong();
        return records == 0
                ? "level"
                : records + " records, " + of.path("lagSeconds").asText() + " s";
    }
}
