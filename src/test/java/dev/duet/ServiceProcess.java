package dev.duet;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The packaged service as a process of its own, as users run it. */
public final class ServiceProcess implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final Process process;
    private final int port;
    private final Path log;

    private ServiceProcess(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts the service with these settings (keys as in application.properties): the packaged jar, or the native executable that the
     * system property {@code duet.executable} names. Of the JVM's options that one takes only {@code -Xmx} and the like.
     */
    public static ServiceProcess start(Map<String, String> settings, String... jvmOptions) throws IOException {
        return in(null, Map.of(), settings, jvmOptions);
    }

    /**
     * The same in this folder and with these variables in its environment.
     *
     * @param folder null for this process's own
     */
    static ServiceProcess in(
            @Nullable Path folder, Map<String, String> environment, Map<String, String> settings, String... jvmOptions)
            throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        List<String> options =
                new ArrayList<>(jvmOptions.length == 0 ? List.of("-Xmx512m", "-XX:+UseSerialGC") : List.of(jvmOptions));
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("quarkus.http.port", Integer.toString(port));
        all.forEach((key, value) -> options.add("-D" + key + "=" + value));
        Path log = Files.createTempFile(
                Files.createDirectories(Packaged.target().resolve("service-logs")), "service", ".log");
        ProcessBuilder builder = new ProcessBuilder(Packaged.command(options, List.of()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        Process process = builder.start();
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        } catch (IllegalStateException e) { // this JVM is already ending
            process.destroyForcibly();
            throw e;
        }
        return new ServiceProcess(process, port, log);
    }

    /** The settings for this stack: everything but the topics. */
    public static Map<String, String> settings(
            EmbeddedStack stack, String pipeline, String database, String deltaRoot) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap.servers", stack.bootstrapServers());
        settings.put("duet.pipeline", pipeline);
        settings.put(
                "quarkus.datasource.reactive.url",
                "postgresql://" + stack.postgresHost() + ":" + stack.postgresPort() + "/" + database);
        settings.put("quarkus.datasource.username", "duet");
        settings.put("quarkus.datasource.password", stack.password("duet"));
        settings.put("duet.delta.root", deltaRoot);
        settings.put("duet.delta.commit-interval", "1s");
        settings.put("mp.messaging.incoming.changes.session.timeout.ms", "6000"); // the least that brokers allow
        settings.put("mp.messaging.incoming.changes.heartbeat.interval.ms", "1500");
        settings.put("duet.delta.s3.endpoint", stack.s3Endpoint());
        settings.put("duet.delta.s3.region", stack.s3Region());
        settings.put("duet.delta.s3.path-style-access", "true");
        settings.put("duet.delta.s3.access-key", stack.s3AccessKey());
        settings.put("duet.delta.s3.secret-key", stack.s3SecretKey());
        return settings;
    }

    /** The address of a page. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Path logFile() {
        return log;
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /** Waits until the service answers HTTP. */
    public ServiceProcess awaitStarted() throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (get("/q/health/live").isEmpty()) {
            if (!process.isAlive() || Instant.now().isAfter(limit)) {
                throw new IllegalStateException("the service did not start:\n" + log());
            }
            Thread.sleep(50);
        }
        return this;
    }

    /** The status code of a health endpoint ({@code live}, {@code ready}), 0 if nobody answers. */
    public int health(String which) throws InterruptedException {
        try {
            return HTTP.send(request("/q/health/" + which), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The body of a page, empty if nobody answers. */
    public String get(String path) throws InterruptedException {
        try {
            return HTTP.send(request(path), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        }
    }

    /** Waits until readiness has this status and its answer holds this text; returns the answer. */
    public String awaitReadiness(int status, String text) throws Exception {
        Instant limit = Instant.now().plusSeconds(120);
        while (true) {
            String answer = get("/q/health/ready");
            if (answer.contains(text) && health("ready") == status) {
                return answer;
            }
            if (Instant.now().isAfter(limit)) {
                throw new AssertionError(
                        "readiness is not " + status + " with '" + text + "' but " + answer + "\n" + log());
            }
            Thread.sleep(50);
        }
    }

    /** The sum of all samples of a metric (Prometheus' name) whose tags contain these texts. */
    public double metric(String name, String... tags) throws InterruptedException {
        double sum = 0;
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + "(\\{[^}]*})? (\\S+)$")
                .matcher(get("/q/metrics"));
        while (line.find()) {
            String labels = line.group(1) == null ? "" : line.group(1);
            if (List.of(tags).stream().allMatch(labels::contains)) {
                sum += Double.parseDouble(line.group(2));
            }
        }
        return sum;
    }

    /** SIGSTOP: the process stands still but keeps all that it holds, such as its connections. */
    public void freeze() throws Exception {
        signal("-STOP");
    }

    /** SIGCONT. */
    public void thaw() throws Exception {
        signal("-CONT");
    }

    private void signal(String signal) throws Exception {
        int exit =
                new ProcessBuilder("kill", signal, Long.toString(pid())).start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException(
                    "kill " + signal + " ended with " + exit + "; the service had ended:\n" + log());
        }
    }

    /** SIGTERM without waiting for the end. */
    public void leave() {
        process.destroy();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM; returns how long the stop took. */
    public Duration terminate() throws InterruptedException {
        Instant start = Instant.now();
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the service did not stop within 60 s");
        }
        return Duration.between(start, Instant.now());
    }

    /** Waits for the process to end by itself. */
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the service is still running after " + limit);
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            kill();
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build();
    }
}
