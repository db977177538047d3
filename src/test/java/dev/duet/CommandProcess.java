package dev.duet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the packaged service, run as users do. */
final class CommandProcess {
    private static final int LIMIT_MINUTES = 4;

    private CommandProcess() {}

    /**
     * What a command came to.
     *
     * @param out its standard output
     * @param err its error output
     */
    record Result(int exit, String out, String err) {
        /** All that it said. */
        String text() {
            return out + err;
        }
    }

    /** Runs the jar, or the native executable that the system property {@code duet.executable} names, to its end. */
    static Result run(Map<String, String> settings, String... arguments) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        String executable = System.getProperty("duet.executable");
        List<String> command = new ArrayList<>();
        command.add(
                executable != null
                        ? executable
                        : ProcessHandle.current().info().command().orElse("java"));
        command.add("-Xmx256m");
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        if (executable == null) {
            command.addAll(List.of(
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    root.resolve("target/quarkus-app/quarkus-run.jar").toString()));
        }
        command.addAll(List.of(arguments));
        Path errors =
                Files.createTempFile(Files.createDirectories(root.resolve("target/service-logs")), "command", ".log");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException(List.of(arguments) + " did not end");
            }
            return new Result(process.exitValue(), out, Files.readString(errors));
        } finally {
            process.destroyForcibly();
        }
    }
}
