package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Guarantees of the interface: it tells what was delivered and hides secrets; a pause stops reading and loses nothing, over a rebalance
 * too; nobody looks or changes without the right to; the commands say the same by their exit codes.
 */
class DashboardIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void tellsWhatIsDeliveredAndPausesWithoutLoss() throws Exception {
        String database = stack.freshDatabase("board");
        Map<String, String> settings = settings("board", database);
        settings.put("duet.web.open", "true");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "board", "funds", 4, 7);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(400);
            history.changes(600);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                awaitDelivered(connection, history);
                tellsAll(service, history);
                hidesSecrets(service);
                answersOnlyItsOwnPage(service);
                tellsEachSecond(service);
                commands(service);
                pauses(service, connection, history, settings);
                assertThat(service.log()).contains("event=resumed-by-operator");
            }
            Checks.ledgerAddsUp(connection, "board", history.topic(), history.total());
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            List<JsonNode> log = IndependentReader.read(stack, root("board") + "/public/funds")
                    .getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
        }
    }

    private static void tellsAll(ServiceProcess service, FundHistory history) throws Exception {
        JsonNode status = awaitStatus(
                service,
                of -> of.path("well").asBoolean()
                        && of.path("flow").path("lagRecords").asLong() == 0
                        && of.at("/tables/0/sinks/delta/applied").asLong() == history.total());
        assertThat(status.path("pipeline").asText()).isEqualTo("board");
        assertThat(status.path("mayChange").asBoolean()).isTrue();
        JsonNode table = status.at("/tables/0");
        assertThat(table.path("table").asText()).isEqualTo("public.funds");
        assertThat(table.path("in").asLong()).isEqualTo(history.total());
        assertThat(table.at("/sinks/postgres/applied").asLong()).isEqualTo(history.total());
        assertThat(table.path("version").asLong()).isPositive();
        assertThat(status.path("partitions")).hasSize(4);
        for (JsonNode partition : status.path("partitions")) {
            long end = history.written()[partition.path("partition").asInt()];
            assertThat(partition.path("end").asLong()).isEqualTo(end);
            assertThat(partition.at("/positions/delta").asLong()).isEqualTo(end);
            assertThat(partition.path("delivered").asLong()).isEqualTo(end);
        }
        assertThat(status.path("commits").toString()).contains("\"versions\":{\"public.funds\":");
        assertThat(status.path("history").size()).isPositive();
        JsonNode page = get(service, "/api/v1/tables/public/funds");
        assertThat(page.path("table").asText()).isEqualTo("public.funds");
        assertThat(page.has("mirrorRows")).isTrue();
        assertThat(send(service, "GET", "/api/v1/tables/public/nothing").statusCode())
                .isEqualTo(404);
    }

    private void hidesSecrets(ServiceProcess service) throws Exception {
        Map<String, String> settings = new HashMap<>();
        get(service, "/api/v1/configuration")
                .path("settings")
                .forEach(setting -> settings.put(
                        setting.path("key").asText(), setting.path("value").asText()));
        assertThat(settings)
                .containsEntry("duet.pipeline", "board")
                .containsEntry("duet.delta.commit-interval", "1s")
                .containsEntry("quarkus.datasource.password", "(hidden)")
                .containsEntry("duet.delta.s3.secret-key", "(hidden)");
        assertThat(settings.values()).doesNotContain(stack.s3SecretKey());
    }

    private static void answersOnlyItsOwnPage(ServiceProcess service) throws Exception {
        assertThat(send(service, "POST", "/api/v1/pause").statusCode()).isEqualTo(403);
        assertThat(send(service, "POST", "/api/v1/pause", "X-Duet-Request", "1", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(rawStatus(service.uri("/"), "evil.example")).isEqualTo(401);
        HttpResponse<String> page = send(service, "GET", "/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        assertThat(page.headers().allValues("Cache-Control")).contains("no-store");
    }

    private static void tellsEachSecond(ServiceProcess service) throws Exception {
        HttpResponse<Stream<String>> answer =
                HTTP.send(HttpRequest.newBuilder(service.uri("/api/v1/events")).build(), BodyHandlers.ofLines());
        List<JsonNode> events = new ArrayList<>();
        try (Stream<String> lines = answer.body()) {
            Iterator<String> each = lines.iterator();
            while (events.size() < 3) {
                String line = each.next();
                if (line.startsWith("data:")) {
                    events.add(JSON.readTree(line.substring(5)));
                }
            }
        }
        assertThat(events.getLast().path("headline").asText()).isEqualTo("All is well");
        assertThat(events.getFirst().path("at")).isNotEqualTo(events.getLast().path("at"));
    }

    private static void commands(ServiceProcess service) throws Exception {
        String url = service.uri("").toString();
        assertThat(command(Map.of("DUET_URL", url), "status").out())
                .startsWith("All is well.")
                .contains("public.funds");
        CommandRun tables = command(Map.of(), "tables", "--url", url, "--output", "json");
        assertThat(tables.exitCode()).isZero();
        assertThat(JSON.readTree(tables.out()).at("/tables/0/name").asText()).isEqualTo("funds");
        assertThat(command(Map.of(), "lag", "--url", url).out()).contains("board.public.funds-3", "level");
        assertThat(command(Map.of(), "status", "--url", "http://127.0.0.1:9").exitCode())
                .isEqualTo(3);
        assertThat(command(Map.of(), "pause", "public.nothing", "--url", url).exitCode())
                .isEqualTo(2);
        assertThat(command(Map.of(), "pause", "public.funds", "--url", url).exitCode())
                .isZero();
        assertThat(command(Map.of(), "status", "--url", url).exitCode()).isEqualTo(1);
        assertThat(command(Map.of(), "resume", "--url", url).exitCode()).isZero();
    }

    /** What is paused stays so while partitions go to another process and come back. */
    private void pauses(
            ServiceProcess service, Connection connection, FundHistory history, Map<String, String> settings)
            throws Exception {
        change(service, "/api/v1/pause?table=public.funds");
        try (ServiceProcess other = ServiceProcess.start(settings).awaitStarted()) {
            awaitStatus(service, of -> of.path("partitions").size() == 2);
            awaitStatus(other, of -> of.path("partitions").size() == 2);
            assertThat(other.health("ready")).isEqualTo(200);
        }
        awaitStatus(
                service,
                of -> of.path("partitions").size() == 4
                        && of.path("state").asText().equals("paused"));
        Map<Integer, Long> before = Checks.delivered(connection, "board", history.topic());
        history.changes(300);
        awaitStatus(service, of -> of.path("flow").path("lagRecords").asLong() == 300);
        Thread.sleep(2500);
        assertThat(Checks.delivered(connection, "board", history.topic())).isEqualTo(before);
        assertThat(service.health("live")).isEqualTo(200);
        assertThat(service.health("ready")).isEqualTo(200);
        assertThat(service.get("/q/health/ready")).contains("paused");
        change(service, "/api/v1/resume?topic=" + history.topic() + "&partition=0");
        awaitStatus(service, of -> of.at("/partitions/0/lagRecords").asLong() == 0);
        assertThat(get(service, "/api/v1/status").path("state").asText()).isEqualTo("paused");
        change(service, "/api/v1/resume");
        awaitDelivered(connection, history);
        awaitStatus(service, of -> of.path("state").asText().equals("well"));
    }

    @Test
    void nobodyLooksOrChangesWithoutTheRight() throws Exception {
        String database = stack.freshDatabase("rights");
        Map<String, String> settings = settings("rights", database);
        user(settings, "vera", "look only", "viewer");
        user(settings, "otto", "look and change", "operator");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
            for (String path : List.of(
                    "/", "/js/main.js", "/api/v1/status", "/api/v1/events", "/api/v1/configuration", "/q/dev")) {
                assertThat(send(service, "GET", path).statusCode()).as(path).isEqualTo(401);
            }
            assertThat(send(service, "GET", "/")
                            .headers()
                            .firstValue("WWW-Authenticate")
                            .orElse(""))
                    .containsIgnoringCase("basic");
            assertThat(send(service, "GET", "/q/metrics").statusCode()).isEqualTo(200);
            assertThat(service.health("live")).isEqualTo(200);
            assertThat(login(service, "GET", "/", "vera", "look only")).isEqualTo(200);
            assertThat(login(service, "GET", "/api/v1/status", "vera", "look only"))
                    .isEqualTo(200);
            assertThat(login(service, "GET", "/api/v1/status", "vera", "wrong")).isEqualTo(401);
            assertThat(login(service, "POST", "/api/v1/pause", "vera", "look only"))
                    .isEqualTo(403);
            assertThat(login(service, "POST", "/api/v1/pause", "otto", "look and change"))
                    .isEqualTo(200);
            assertThat(login(service, "POST", "/api/v1/resume", "otto", "look and change"))
                    .isEqualTo(200);
            assertThat(service.log()).contains("user=\"otto\"").doesNotContain("look and change");
            String url = service.uri("").toString();
            assertThat(command(Map.of(), "status", "--url", url).exitCode()).isEqualTo(4);
            Map<String, String> vera = Map.of("DUET_USER", "vera", "DUET_PASSWORD", "look only");
            assertThat(command(vera, "status", "--url", url).exitCode()).isZero();
            assertThat(command(vera, "pause", "--url", url).exitCode()).isEqualTo(4);
        }
    }

    @Test
    void isNeverOpenToTheNetworkByOversight() throws Exception {
        Map<String, String> settings = settings("oversight", stack.freshDatabase("oversight"));
        settings.put("quarkus.http.host", "0.0.0.0");
        assertRefused(settings, "nobody can log in: set users");
        settings.put("duet.web.open", "true");
        assertRefused(settings, "duet.web.open is true and quarkus.http.host is 0.0.0.0");
        settings.remove("quarkus.http.host");
        settings.put("duet.web.enabled", "false");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
            assertThat(send(service, "GET", "/api/v1/status").statusCode()).isEqualTo(401);
            assertThat(send(service, "GET", "/q/metrics").statusCode()).isEqualTo(200);
        }
    }

    private static void assertRefused(Map<String, String> settings, String sentence) throws Exception {
        try (ServiceProcess service = ServiceProcess.start(settings)) {
            assertThat(service.awaitExit(Duration.ofSeconds(60))).isNotZero();
            assertThat(service.log()).contains(sentence);
        }
    }

    private Map<String, String> settings(String pipeline, String database) {
        Map<String, String> settings = ServiceProcess.settings(stack, pipeline, database, root(pipeline));
        settings.put("duet.source.topics", pipeline + ".public.funds");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        return settings;
    }

    private String root(String pipeline) {
        return "s3a://" + stack.s3Bucket() + "/" + pipeline;
    }

    private static void user(Map<String, String> settings, String name, String password, String role) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-512")
                .digest((name + ":Duet:" + password).getBytes(StandardCharsets.UTF_8));
        settings.put(
                "quarkus.security.users.embedded.users." + name, HexFormat.of().formatHex(digest));
        settings.put("quarkus.security.users.embedded.roles." + name, role);
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "board", history.topic(), history.written(), Duration.ofMinutes(2));
    }

    static JsonNode awaitStatus(ServiceProcess service, Predicate<JsonNode> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (true) {
            JsonNode status = get(service, "/api/v1/status");
            if (condition.test(status)) {
                return status;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(status.toPrettyString() + "\n" + service.log());
            }
            Thread.sleep(200);
        }
    }

    private static JsonNode get(ServiceProcess service, String path) throws Exception {
        HttpResponse<String> answer = send(service, "GET", path);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    static void change(ServiceProcess service, String path) throws Exception {
        HttpResponse<String> answer = send(service, "POST", path, "X-Duet-Request", "1");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static int login(ServiceProcess service, String method, String path, String user, String password)
            throws Exception {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return send(service, method, path, "Authorization", "Basic " + credentials, "X-Duet-Request", "1")
                .statusCode();
    }

    private static HttpResponse<String> send(ServiceProcess service, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.uri(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** With a Host header that the JDK's client would not send. */
    private static int rawStatus(URI address, String host) throws Exception {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String first = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return Integer.parseInt(first.split(" ", -1)[1]);
        }
    }

    private static CommandRun command(Map<String, String> environment, String... arguments) throws Exception {
        return CommandRun.in(environment, Map.of(), arguments);
    }
}
