package dev.duet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real parts that tests run against: one {@code devstack} process for the whole test run, started when the first test asks for
 * it and stopped with the JVM. Which parts it starts is set by the system property {@code duet.stack.parts} (pom.xml).
 */
public final class EmbeddedStack {
    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    private static final class Holder {
        static final EmbeddedStack SHARED = start();
    }

    private final JsonNode addresses;
    private final Path statusFile;

    private EmbeddedStack(JsonNode addresses, Path statusFile) {
        this.addresses = addresses;
        this.statusFile = statusFile;
    }

    /** The stack's own account of its addresses, for its other commands. */
    public Path statusFile() {
        return statusFile;
    }

    /** The stack of this test run; starts it at the first call. */
    public static EmbeddedStack shared() {
        return Holder.SHARED;
    }

    public String postgresHost() {
        return addresses.at("/postgres/host").asText();
    }

    public int postgresPort() {
        return addresses.at("/postgres/port").asInt();
    }

    /** The password of one of the stack's roles: postgres, duet, debezium, demo. */
    public String password(String role) {
        return addresses.at("/postgres/users/" + role + "/password").asText();
    }

    /** A JDBC connection (the checkers' way in; the service itself never uses JDBC). */
    public Connection connect(String database, String role) throws SQLException {
        String url = "jdbc:postgresql://" + postgresHost() + ":" + postgresPort() + "/" + database;
        return DriverManager.getConnection(url, role, password(role));
    }

    /** Makes an empty database that the role {@code duet} may create schemas in, and returns its name. */
    public String freshDatabase(String prefix) throws SQLException {
        String name = prefix.toLowerCase(Locale.ROOT) + "_" + Long.toString(System.nanoTime(), 36);
        try (Connection connection = connect("postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE \"" + name + "\" OWNER duet");
        }
        return name;
    }

    public String bootstrapServers() {
        return addresses.at("/kafka/bootstrapServers").asText();
    }

    public String connectUrl() {
        return addresses.at("/connect/url").asText();
    }

    public String s3Endpoint() {
        return addresses.at("/s3/endpoint").asText();
    }

    public String s3Bucket() {
        return addresses.at("/s3/bucket").asText();
    }

    public String s3Region() {
        return addresses.at("/s3/region").asText();
    }

    public String s3AccessKey() {
        return addresses.at("/s3/accessKey").asText();
    }

    public String s3SecretKey() {
        return addresses.at("/s3/secretKey").asText();
    }

    /** The folder in which the store keeps its buckets' objects as files: a place to look, not to write. */
    public String s3Directory() {
        return addresses.at("/s3/directory").asText() + "/" + s3Bucket();
    }

    private static EmbeddedStack start() {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Path jar = root.resolve("devstack/target/devstack.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it first with `make devstack`");
        }
        try {
            Path work = Files.createDirectories(root.resolve("target"));
            Path data = Files.createTempDirectory(work, "stack");
            Path status = data.resolve("status.json");
            Process process = new ProcessBuilder(List.of(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-Xmx640m",
                            "-jar",
                            jar.toString(),
                            "up",
                            "--data",
                            data.resolve("data").toString(),
                            "--status-file",
                            status.toString(),
                            "--parts",
                            System.getProperty("duet.stack.parts", "postgres,kafka,connect,s3"),
                            "--parent-pid",
                            Long.toString(ProcessHandle.current().pid())))
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolve("devstack.log").toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop(process);
                delete(data);
            }));
            return new EmbeddedStack(await(process, status, data.resolve("devstack.log")), status);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the stack was starting", e);
        }
    }

    private static JsonNode await(Process process, Path status, Path log) throws IOException, InterruptedException {
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!Files.exists(status)) {
            if (!process.isAlive() || Instant.now().isAfter(limit)) {
                stop(process);
                throw new IllegalStateException("the embedded stack did not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
        return new ObjectMapper().readTree(status.toFile());
    }

    /** The data of a run is large (the benchmark's backlog above all) and of no use to the next one. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
