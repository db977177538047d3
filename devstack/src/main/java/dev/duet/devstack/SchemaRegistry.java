package dev.duet.devstack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Apicurio Registry as a process of its own: its jars don't go with Connect's. Schemas are kept in a file and survive
/// a
/// kill. It must not outlive the stack, and its process id is kept so that the next start ends one that did.
final class SchemaRegistry implements Part {

    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final String MARK = "-Ddevstack.registry=";

    private final Path data;
    private final Path log;
    private final int port;
    private final int managementPort;
    private final Progress progress;
    private Process process;

    SchemaRegistry(DataFolder folder, int port, int managementPort, Progress progress) {
        this.data = folder.registry();
        this.log = folder.logs().resolve("registry.log");
        this.port = port;
        this.managementPort = managementPort;
        this.progress = progress;
    }

    String url() {
        return "http://" + Ports.HOST + ":" + port;
    }

    Status.Registry status() {
        return new Status.Registry(url(), process.pid());
    }

    /// Ends a registry that a killed stack left on this folder; it would hold the port and the file.
    static void stopLeftover(Path data, Progress progress) throws IOException, InterruptedException {
        Path pidFile = pidFile(data);
        if (Files.notExists(pidFile)) {
            return;
        }
        String pid = Files.readString(pidFile).strip();
        // The id alone proves nothing: it may be another program's by now.
        ProcessHandle left = pid.matches("\\d{1,18}")
                ? ProcessHandle.of(Long.parseLong(pid))
                        .filter(handle -> handle.info()
                                .commandLine()
                                .filter(line -> line.contains(MARK + data + " "))
                                .isPresent())
                        .orElse(null)
                : null;
        if (left != null) {
            progress.line(PartName.REGISTRY, "stopping the one that a killed devstack left, process " + pid);
            left.destroyForcibly();
            while (left.isAlive()) {
                Thread.sleep(20);
            }
        }
        Files.deleteIfExists(pidFile);
    }

    private static Path pidFile(Path data) {
        return data.resolve("registry.pid");
    }

    @Override
    public String start() throws IOException, InterruptedException {
        Files.createDirectories(data);
        Path home = home();
        process = new ProcessBuilder(command(home))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Files.writeString(pidFile(data), Long.toString(process.pid()));
        awaitReady();
        return url();
    }

    private Path home() throws IOException {
        Path archive = archive();
        return UnpackedArchive.folder(
                archive.getFileName().toString().replace(".tar.gz", ""),
                () -> new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16), 1 << 16),
                home -> progress.line(PartName.REGISTRY, "unpacking Apicurio Registry into " + home));
    }

    private static Path archive() throws IOException {
        Path folder = Built.folder("registry");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> archives = files.filter(file -> file.toString().endsWith(".tar.gz"))
                        .sorted()
                        .toList();
                if (!archives.isEmpty()) {
                    return archives.getLast();
                }
            }
        }
        throw new StackFailure("no registry in " + folder + ": build it with make devstack");
    }

    private List<String> command(Path home) {
        Map<String, String> settings = Map.of(
                "quarkus.http.host",
                Ports.HOST,
                "quarkus.http.port",
                Integer.toString(port),
                // By default it listens on all addresses.
                "quarkus.management.host",
                Ports.HOST,
                "quarkus.management.port",
                Integer.toString(managementPort),
                "apicurio.storage.kind",
                "sql",
                "apicurio.storage.sql.kind",
                "h2",
                "apicurio.datasource.url",
                "jdbc:h2:file:" + data.resolve("schemas") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        return Stream.of(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx384m",
                                "-XX:+UseSerialGC",
                                MARK + data),
                        settings.entrySet().stream().map(setting -> "-D" + setting.getKey() + "=" + setting.getValue()),
                        Stream.of("-jar", home.resolve("quarkus-run.jar").toString()))
                .flatMap(part -> part)
                .collect(Collectors.toList());
    }

    private void awaitReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/apis/ccompat/v7/subjects"))
                .timeout(ANSWER_LIMIT)
                .build();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build()) {
            while (!answers(http, request)) {
                if (!process.isAlive()) {
                    throw new StackFailure("it ended with exit code " + process.exitValue() + ", see " + log);
                }
                if (System.nanoTime() > deadline) {
                    throw new StackFailure("no answer after " + START_LIMIT.toSeconds() + " s, see " + log);
                }
                Thread.sleep(100);
            }
        }
    }

    private static boolean answers(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Files.deleteIfExists(pidFile(data));
        }
    }
}
