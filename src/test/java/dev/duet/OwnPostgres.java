package dev.duet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of a test's own, which may be killed and may fail over: made below {@code target} with the programs of the shared
 * stack's server, on a loopback port, gone when it is closed.
 */
public final class OwnPostgres implements AutoCloseable {
    private static final String PASSWORD = "own";

    private final Path programs;
    private final Path folder;
    private final List<String> settings;
    private final int port;

    private OwnPostgres(Path programs, Path folder, List<String> settings) throws IOException {
        this.programs = programs;
        this.folder = folder;
        this.settings = settings;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeQuietly));
    }

    /**
     * A new server, running.
     *
     * @param settings further ones, {@code name=value}
     */
    public static OwnPostgres start(EmbeddedStack stack, String... settings) throws Exception {
        OwnPostgres server = new OwnPostgres(programs(stack), folder(), List.of(settings));
        Path password = Files.writeString(server.folder.resolveSibling(server.folder.getFileName() + ".pw"), PASSWORD);
        server.run(
                "initdb",
                "-D",
                server.data(),
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                "--pwfile",
                password.toString(),
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync");
        Files.delete(password);
        server.start();
        return server;
    }

    /** A standby that follows this server without being waited for, running. This server rests while it is copied. */
    OwnPostgres standby() throws Exception {
        OwnPostgres standby = new OwnPostgres(programs, folder(), settings);
        run("pg_ctl", "stop", "-s", "-w", "-m", "fast", "-D", data());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        standby.folder.resolve(folder.relativize(file).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        start();
        Files.createFile(standby.folder.resolve("standby.signal"));
        Files.writeString(
                standby.folder.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres password=" + PASSWORD + "'\n",
                StandardOpenOption.APPEND);
        standby.start();
        return standby;
    }

    public int port() {
        return port;
    }

    public Connection connect(String database, String role) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, role, PASSWORD);
    }

    public static String password() {
        return PASSWORD;
    }

    /** Runs statements as the superuser. */
    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database, "postgres");
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    public String query(String database, String sql) throws SQLException {
        try (Connection connection = connect(database, "postgres");
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    void start() throws Exception {
        String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
                + " -c wal_keep_size=128MB -c max_wal_senders=4 -c max_connections=40"
                + settings.stream().map(setting -> " -c " + setting).collect(Collectors.joining());
        Instant limit = Instant.now().plusSeconds(120);
        while (true) {
            try { // after a kill the last children may still hold the memory
                run("pg_ctl", "start", "-w", "-s", "-t", "60", "-D", data(), "-o", options, "-l", folder + ".log");
                return;
            } catch (IllegalStateException e) {
                if (Instant.now().isAfter(limit)) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    /** SIGKILL to the postmaster; its children end by themselves. */
    void kill() throws Exception {
        ProcessHandle postmaster = postmaster(folder).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(60, TimeUnit.SECONDS);
    }

    /** The standby becomes the primary with what it has got. */
    void promote() throws SQLException {
        execute("postgres", "select pg_promote(true, 120)");
    }

    @Override
    public void close() throws Exception {
        if (postmaster(folder).filter(ProcessHandle::isAlive).isPresent()) {
            run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", data());
        }
        try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
        Files.deleteIfExists(Path.of(folder + ".log"));
    }

    private void closeQuietly() {
        try {
            close();
        } catch (Exception e) {
            System.err.println("a test's PostgreSQL may still run: " + e);
        }
    }

    private String data() {
        return folder.toString();
    }

    private static Path folder() throws IOException {
        Path target = Path.of(System.getProperty("duet.basedir", "."))
                .toAbsolutePath()
                .resolve("target");
        Path folder = Files.createTempDirectory(Files.createDirectories(target), "postgres");
        Files.delete(folder);
        return folder;
    }

    private static Path programs(EmbeddedStack stack) throws Exception {
        try (Connection connection = stack.connect("postgres", "postgres");
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show data_directory")) {
            row.next();
            String program = postmaster(Path.of(row.getString(1)))
                    .flatMap(process -> process.info().command())
                    .orElseThrow();
            Path folder = Path.of(program).getParent();
            return folder == null ? Path.of("") : folder;
        }
    }

    private static Optional<ProcessHandle> postmaster(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        return Files.exists(file)
                ? ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(file).getFirst().strip()))
                : Optional.empty();
    }

    private void run(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL refuses to run as root
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder.getParent(), program, ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(Duration.ofMinutes(3).toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(program + " failed: " + Files.readString(output));
            }
        } finally {
            Files.delete(output);
        }
    }
}
