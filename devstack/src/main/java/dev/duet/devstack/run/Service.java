package dev.duet.devstack.run;

import dev.duet.devstack.StackFailure;
import dev.duet.devstack.Status;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Duet as a child process. Its process id stands in `duet.pid`, so that the next run finds one that outlived a killed
/// run.
public final class Service {

    /// @param jar the service's runnable jar
    /// @param options settings that win over those for the stack
    public record Launch(Path jar, Path data, int httpPort, Map<String, String> options) {}

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final String MARK = "-Ddevstack.data=";

    private final Process process;
    private final Path logFile;
    private final Path pidFile;
    private final String url;
    private final ServiceLog log;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();

    private Service(Process process, Launch launch) {
        this.process = process;
        this.logFile = logFile(launch.data());
        this.pidFile = pidFile(launch.data());
        this.url = "http://127.0.0.1:" + launch.httpPort();
        this.log = new ServiceLog(logFile);
    }

    public static Service start(Launch launch, Status status) throws IOException {
        Path log = logFile(launch.data());
        if (Files.exists(log)) {
            Files.move(log, launch.data().resolve("duet.1.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(MARK + launch.data());
        Map<String, String> settings = ServiceSettings.properties(status, launch.httpPort(), launch.options());
        writeForCommands(launch.data().resolve("duet.properties"), ServiceSettings.commands(status, settings));
        command.addAll(ServiceSettings.jvmOptions(Runtime.version().feature(), settings));
        command.addAll(List.of("-jar", launch.jar().toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(ServiceSettings.environment(status));
        Service service = new Service(builder.start(), launch);
        Files.writeString(service.pidFile, Long.toString(service.process.pid()));
        return service;
    }

    /// For `./duet`; readable by its owner alone, since it holds passwords.
    private static void writeForCommands(Path file, Map<String, String> settings) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, "What ./duet asks");
        }
    }

    /// Ends a service that a killed run left on this folder; it would hold the port and share the partitions.
    ///
    /// @return its process id, if there was one
    public static Optional<Long> stopLeftover(Path data) throws IOException {
        Path pidFile = pidFile(data);
        if (Files.notExists(pidFile)) {
            return Optional.empty();
        }
        String pid = Files.readString(pidFile).strip();
        // The id alone proves nothing: it may be another program's by now.
        Optional<ProcessHandle> left = pid.matches("\\d{1,18}")
                ? ProcessHandle.of(Long.parseLong(pid))
                        .filter(process -> process.info()
                                .commandLine()
                                .filter(line -> line.contains(MARK + data + " "))
                                .isPresent())
                : Optional.empty();
        left.ifPresent(process -> {
            process.destroy();
            CompletableFuture<ProcessHandle> ended = process.onExit();
            try {
                ended.completeOnTimeout(null, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .join();
            } finally {
                process.destroyForcibly();
            }
        });
        Files.deleteIfExists(pidFile);
        return left.map(ProcessHandle::pid);
    }

    private static Path logFile(Path data) {
        return data.resolve("duet.log");
    }

    private static Path pidFile(Path data) {
        return data.resolve("duet.pid");
    }

    public Path logFile() {
        return logFile;
    }

    public String url() {
        return url;
    }

    public ServiceLog log() {
        return log;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode() {
        return process.exitValue();
    }

    public void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /// @return whether it says that it is ready to deliver
    public boolean isReady() throws InterruptedException {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// Prometheus' text.
    String metrics() throws IOException, InterruptedException {
        return get("/q/metrics").body();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER_LIMIT)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    /// SIGTERM, so that it stores what it has read; SIGKILL after 20 s. Returns when the process has ended.
    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("devstack: duet did not stop within " + STOP_LIMIT.toSeconds() + " s, killed");
                process.destroyForcibly().waitFor();
            }
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            throw new StackFailure("duet: " + pidFile + " not removed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
