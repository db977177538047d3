package dev.duet.devstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `devstack up` as a process of its own, as its users start it.
final class RunningStack implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(180);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;
    private final Path statusFile;

    private RunningStack(Process process, Path output, Path statusFile) {
        this.process = process;
        this.output = output;
        this.statusFile = statusFile;
    }

    static RunningStack launch(Path data, String... options) throws IOException {
        Path statusFile = data.resolve("ready.json");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Devstack.class.getName(),
                "up",
                "--data",
                data.toString(),
                "--status-file",
                statusFile.toString(),
                // So that a killed test run leaves nothing behind.
                "--parent-pid",
                Long.toString(ProcessHandle.current().pid())));
        command.addAll(List.of(options));
        Path output = Files.createTempFile("devstack-", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new RunningStack(process, output, statusFile);
    }

    Status awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (Files.notExists(statusFile)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("stack not ready:\n" + output());
            }
            Thread.sleep(50);
        }
        return new StatusFile(statusFile).read();
    }

    Path statusFile() {
        return statusFile;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /// SIGTERM, then the exit code.
    int terminate() throws IOException, InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("stack did not end:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().orTimeout(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        Files.deleteIfExists(output);
    }
}
