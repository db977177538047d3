package dev.duet;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command of the packaged program, run to its end.
 *
 * @param out what it printed to its standard output
 * @param err what it printed to its standard error
 */
public record CommandRun(int exitCode, String out, String err) {
    private static final long LIMIT_SECONDS = 240;

    /** Runs the packaged jar, or the native executable that the system property {@code duet.executable} names. */
    public static CommandRun of(Map<String, String> settings, String... arguments) throws Exception {
        return in(Map.of(), settings, arguments);
    }

    /** The same, with these variables in its environment. */
    static CommandRun in(Map<String, String> environment, Map<String, String> settings, String... arguments)
            throws Exception {
        List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        settings.forEach((key, value) -> options.add("-D" + key + "=" + value));
        Path out = Files.createTempFile(Packaged.target(), "command", ".out");
        Path err = Files.createTempFile(Packaged.target(), "command", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(Packaged.command(options, List.of(arguments)))
                    .redirectInput(new File("/dev/null")) // nobody to ask
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "duet " + String.join(" ", arguments) + " did not end: " + read(out) + read(err));
            }
            return new CommandRun(process.exitValue(), read(out), read(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    /** The same; a failure shows both outputs. */
    public static CommandRun expecting(int exitCode, Map<String, String> settings, String... arguments)
            throws Exception {
        CommandRun run = of(settings, arguments);
        if (run.exitCode() != exitCode) {
            throw new AssertionError("duet " + String.join(" ", arguments) + " ended with " + run.exitCode() + "\n"
                    + run.out() + "\n" + run.err());
        }
        return run;
    }

    /** All that it said. */
    String text() {
        return out + err;
    }

    /** The lines of the answer. */
    public List<String> lines() {
        return out.lines().toList();
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
