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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real parts that tests run against: mostly one {@code devstack} process for the whole test run, started when the first test asks for
 * it and stopped with the JVM. Which parts it starts is set by the system property {@code duet.stack.parts} (pom.xml).
 */
public final class EmbeddedStack implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    private static final class Holder {
        static final EmbeddedStack SHARED =
                own(System.getProperty("duet.stack.parts", "postgres,kafka,connect,s3"), "640m");
    }

    private final Path data;
    private final String parts;
    private final String heap;
    private final List<String> options;
    private Process process;
    private JsonNode addresses;

    private EmbeddedStack(Path data, String parts, String heap, String... options)
            throws IOException, InterruptedException {
        this.data = data;
        this.parts = parts;
        this.heap = heap;
        this.options = List.of(options);
        this.process = launch();
        this.addresses = await();
    }

    /**
     * A stack for one test, which may harm it. Close it.
     *
     * @param parts as {@code devstack up --parts}
     * @param heap its process's heap, as {@code -Xmx}
     * @param options further ones of {@code devstack up}
     */
    public static EmbeddedStack own(String parts, String heap, String... options) {
        try {
            Path work = Files.createDirectories(root().resolve("target"));
            EmbeddedStack stack = new EmbeddedStack(Files.createTempDirectory(work, "stack"), parts, heap, options);
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            return stack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the stack was starting", e);
        }
    }

    /** SIGKILL: Kafka, Connect and S3 die with the process; PostgreSQL is a process of its own and lives on. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Starts it again after a kill, with the same ports and data. */
    public void restart() throws IOException, InterruptedException {
        Files.deleteIfExists(statusFile());
        process = launch();
        addresses = await();
    }

    @Override
    public void close() {
        stop(process);
        if (Files.exists(data)) {
            delete(data);
        }
    }

    /** The stack's own account of its addresses, for its other commands. */
    public Path statusFile() {
        return data.resolve("status.json");
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

    /** With TLS, if {@code --kafka-tls} was among the options. */
    public String tlsBootstrapServers() {
        return addresses.at("/kafka/tlsBootstrapServers").asText();
    }

    public String connectUrl() {
        return addresses.at("/connect/url").asText();
    }

    /** The schema registry's address, without a path. */
    public String registryUrl() {
        return addresses.at("/registry/url").asText();
    }

    /** SIGKILL for the schema registry alone, which is a process of its own; {@link #kill} and {@link #restart} bring it back. */
    public void killRegistry() {
        ProcessHandle.of(addresses.at("/registry/pid").asLong()).ifPresent(registry -> {
            registry.destroyForcibly();
            registry.onExit().join();
        });
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

    private static Path root() {
        return Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
    }

    private Process launch() throws IOException {
        Path jar = root().resolve("devstack/target/devstack.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it first with `make devstack`");
        }
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + heap,
                "-jar",
                jar.toString(),
                "up",
                "--data",
                data.resolve("data").toString(),
                "--status-file",
                statusFile().toString(),
                "--parts",
                parts,
                "--parent-pid",
                Long.toString(ProcessHandle.current().pid())));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("devstack.log").toFile()))
                .start();
    }

    private JsonNode await() throws IOException, InterruptedException {
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!Files.exists(statusFile())) {
            if (!process.isAlive() || Instant.now().isAfter(limit)) {
                stop(process);
                throw new IllegalStateException(
                        "the embedded stack did not start:\n" + Files.readString(data.resolve("devstack.log")));
            }
            Thread.sleep(50);
        }
        return new ObjectMapper().readTree(statusFile().toFile());
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
