package dev.duet.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium with one page, as a process of its own. Remembers what the page asked for and what it complained about. */
public final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final String session;

    private Chromium(Process process, Path profile, String address) {
        this.process = process;
        this.profile = profile;
        this.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .join();
        String target = send("", "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        this.session = send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    /** Starts the browser that tools/find-chromium names. */
    public static Chromium start() throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Process find = new ProcessBuilder(root.resolve("tools/find-chromium").toString()).start();
        String path = new String(find.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        if (find.waitFor() != 0) {
            throw new IllegalStateException(
                    new String(find.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
        Path profile = Files.createTempDirectory("duet-chromium");
        Process process = new ProcessBuilder(
                        path,
                        "--headless=new",
                        "--no-sandbox", // CI runs as root; the only pages are our own
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-extensions",
                        "--no-proxy-server",
                        "--remote-debugging-address=127.0.0.1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader log = process.errorReader();
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("DevTools listening on ")) {
                Thread.ofPlatform().daemon().start(() -> log.lines().forEach(ignored -> {}));
                return new Chromium(process, profile, line.substring("DevTools listening on ".length()));
            }
        }
        throw new IllegalStateException("Chromium did not start:\n" + said);
    }

    /** Shows a page in a window of this size. */
    public void open(URI address, int width, int height, boolean dark) {
        size(width, height);
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        call("Page.navigate", Map.of("url", address.toString()));
    }

    public void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    /** The value of an expression; a promise is waited for. */
    public JsonNode evaluate(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Waits until an expression is true. */
    public void await(String expression) throws InterruptedException {
        await(expression, Duration.ofSeconds(60));
    }

    public void await(String expression, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!holds(expression)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not true within " + limit + ": " + expression + "\n"
                        + evaluate("document.body?.innerText").asText() + "\n" + complaints);
            }
            Thread.sleep(100);
        }
    }

    /** Not while the page is still on its way. */
    private boolean holds(String expression) {
        return evaluate("(() => { try { return Boolean(" + expression + "); } catch { return false; } })()")
                .asBoolean();
    }

    /** Presses and releases a key: Tab, Enter, Escape. */
    public void press(String key) {
        int code = Map.of("Tab", 9, "Enter", 13, "Escape", 27).getOrDefault(key, 0);
        ObjectNode event = JSON.createObjectNode()
                .put("type", "keyDown")
                .put("key", key)
                .put("code", key)
                .put("windowsVirtualKeyCode", code);
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        call("Input.dispatchKeyEvent", event);
        call("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyUp").put("text", ""));
    }

    /** The names and roles that a screen reader is told. */
    public JsonNode accessibilityTree() {
        return call("Accessibility.getFullAXTree", Map.of()).path("nodes");
    }

    /** A picture of the visible part. */
    public void screenshot(Path file) throws IOException {
        JsonNode picture = call("Page.captureScreenshot", Map.of("format", "png"));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
    }

    /** The addresses that were asked for. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Exceptions, errors of the console, and what the browser logged as errors. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Sends headers of our own with each request. */
    public void header(String name, String value) {
        call("Network.setExtraHTTPHeaders", Map.of("headers", Map.of(name, value)));
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        http.close();
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("left behind: " + profile);
        }
    }

    private JsonNode call(String method, Object parameters) {
        return send(session, method, parameters);
    }

    private JsonNode send(String to, String method, Object parameters) {
        int id = ids.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!to.isEmpty()) {
            message.put("sessionId", to);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(message.toString(), true).join();
        return answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private void heard(JsonNode message) {
        CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt(-1));
        if (answer != null) {
            if (message.has("error")) {
                answer.completeExceptionally(
                        new IllegalStateException(message.get("error").toString()));
            } else {
                answer.complete(message.path("result"));
            }
            return;
        }
        JsonNode event = message.path("params");
        switch (message.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                requests.add(event.path("request").path("url").asText());
            case "Runtime.exceptionThrown" ->
                complaints.add(event.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert")
                        .contains(event.path("type").asText())) {
                    complaints.add(event.path("args").toString());
                }
            }
            case "Log.entryAdded" -> {
                if (event.path("entry").path("level").asText().equals("error")) {
                    complaints.add(event.path("entry").toString());
                }
            }
            default -> {}
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                try {
                    heard(JSON.readTree(whole));
                } catch (IOException e) {
                    complaints.add(e.toString());
                }
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }
}
