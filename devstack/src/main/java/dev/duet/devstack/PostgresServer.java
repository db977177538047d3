package dev.duet.devstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// PostgreSQL as child processes, driven by initdb and pg_ctl. (A library that embeds PostgreSQL would stop it from a
/// shutdown hook of its own, while Connect still reads from it.)
///
/// What a kill -9 can leave behind, and what the next start does:
///
/// | left | answer |
/// |---|---|
/// | a running postmaster without its devstack | [#stopLeftover()] stops it |
/// | `postmaster.pid` of a process that is gone or is another program | deleted |
/// | a folder that initdb did not finish | no `initialized` mark: the folder is made again |
final class PostgresServer implements Part {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", Ports.HOST),
            Map.entry("unix_socket_directories", "''"),
            Map.entry("wal_level", "logical"),
            // With "off", decoding sees a change only when the WAL writer wakes up, 200 ms later.
            Map.entry("synchronous_commit", "on"),
            // The data is worth nothing after a power failure; "on" would cost a disk write for each commit.
            Map.entry("fsync", "off"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_replication_slots", "20"),
            // A slot that nobody reads cannot fill the disk.
            Map.entry("max_slot_wal_keep_size", "2GB"),
            Map.entry("max_connections", "100"));

    private final DataFolder folder;
    private final Progress progress;
    private final Path data;
    private final Path mark;
    private final boolean root;
    private int port;
    private Path home;

    PostgresServer(DataFolder folder, Progress progress) throws IOException {
        this.folder = folder;
        this.progress = progress;
        this.data = folder.postgres();
        this.mark = data.resolve("devstack-initialized");
        this.root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    void port(int chosen) {
        this.port = chosen;
    }

    /// Stops a postmaster that outlived its devstack. To be called before ports are chosen: it still holds its port.
    void stopLeftover() throws IOException, InterruptedException {
        Path pidFile = data.resolve("postmaster.pid");
        if (Files.notExists(pidFile)) {
            return;
        }
        String pid = Files.readAllLines(pidFile).getFirst().strip();
        // In a container process ids come again soon: the id alone proves nothing, and PostgreSQL would not start.
        boolean alive = ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().commandLine())
                .filter(line -> line.contains(data.toString()))
                .isPresent();
        if (alive) {
            progress.line(PartName.POSTGRES, "stopping the server that a killed devstack left, process " + pid);
            stop();
        } else {
            Files.deleteIfExists(pidFile);
        }
    }

    @Override
    public String start() throws IOException, InterruptedException {
        home = PostgresBinaries.unpacked(progress);
        if (Files.notExists(mark)) {
            progress.line(PartName.POSTGRES, "creating the database folder");
            initialize();
        }
        String settings = SETTINGS.entrySet().stream()
                .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(" ", "-p " + port + " ", ""));
        pgCtl(START_LIMIT, "start", "-w", "-o", settings, "-l", log().toString());
        return Ports.HOST + ":" + port;
    }

    private void initialize() throws IOException, InterruptedException {
        DataFolder.deleteTree(data);
        Path password = Files.writeString(folder.root().resolve("initdb-password"), Role.POSTGRES.password());
        try {
            List<String> options = new ArrayList<>(List.of(
                    "-D",
                    data.toString(),
                    "-U",
                    Role.POSTGRES.roleName(),
                    "-A",
                    "scram-sha-256",
                    "--pwfile",
                    password.toString(),
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync"));
            if (version() >= 17) { // its built-in locale makes sorting the same on every machine
                options.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
            }
            run(START_LIMIT, "initdb", options);
        } finally {
            Files.delete(password);
        }
        Files.createFile(mark);
    }

    /// The major version of the programs (`-Dpostgres.version` of the build chooses them).
    private int version() throws IOException {
        try (var lines = Files.lines(home.resolve("share/postgresql/postgres.bki"))) {
            return Integer.parseInt(lines.findFirst().orElseThrow().replaceAll("\\D+", ""));
        }
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        if (Files.notExists(data.resolve("postmaster.pid"))) {
            return;
        }
        if (home == null) {
            home = PostgresBinaries.unpacked(progress);
        }
        try {
            pgCtl(STOP_LIMIT, "stop", "-w", "-m", "fast");
        } catch (StackFailure e) {
            // A replication client that does not answer holds a fast stop up to a minute.
            pgCtl(STOP_LIMIT, "stop", "-w", "-m", "immediate");
        }
    }

    private Path log() {
        return folder.logs().resolve("postgres.log");
    }

    private void pgCtl(Duration limit, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-s", "-D", data.toString(), "-t", Long.toString(limit.toSeconds())));
        run(limit.plusSeconds(10), "pg_ctl", all);
    }

    private void run(Duration limit, String program, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (root) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL refuses to run as root
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        Path output = folder.logs().resolve(program + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new StackFailure(program + " did not end within " + limit.toSeconds() + " s, see " + output);
        }
        if (process.exitValue() != 0) {
            String said = Files.readString(output).strip().replace('\n', ' ');
            throw new StackFailure(program + " failed: " + said + " (see " + folder.logs() + ")");
        }
    }
}
