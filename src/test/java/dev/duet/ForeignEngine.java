package dev.duet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Spark with Delta's own writer at work on Duet's tables, in a process of its own ({@code deltareader/}). */
public final class ForeignEngine implements AutoCloseable {
    private final Process process;
    private final PrintStream statements;
    private final BufferedReader answers;
    private final Path log;

    /** Starts it; takes some seconds. */
    public ForeignEngine(EmbeddedStack stack) throws IOException {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        this.log = Files.createTempFile(Files.createDirectories(root.resolve("target")), "foreign-engine", ".log");
        this.process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx1g",
                        "-jar",
                        root.resolve("deltareader/target/deltareader.jar").toString(),
                        "--sql",
                        "stdin",
                        "--endpoint",
                        stack.s3Endpoint(),
                        "--region",
                        stack.s3Region(),
                        "--access-key",
                        stack.s3AccessKey(),
                        "--secret-key",
                        stack.s3SecretKey()))
                .redirectError(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        this.statements = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs a statement to its end. */
    public void run(String sql) throws IOException {
        statements.println(sql);
        String answer = answers.readLine();
        while (answer != null && !answer.equals("done")) { // VACUUM says something of its own before
            if (answer.startsWith("failed: ")) {
                throw new IllegalStateException(sql + ": " + answer);
            }
            answer = answers.readLine();
        }
        if (answer == null) {
            throw new IllegalStateException(sql + ": the engine ended\n" + Files.readString(log));
        }
    }

    @Override
    public void close() throws InterruptedException {
        statements.close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        log.toFile().deleteOnExit();
    }
}
