package dev.duet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads Delta tables with Delta's Spark reader, in a process of its own ({@code deltareader/}): none of the writer's code. */
public final class IndependentReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private IndependentReader() {}

    /** All rows of the newest version of each table, as JSON objects; decimals are strings. */
    public static List<List<JsonNode>> read(EmbeddedStack stack, String... tables) throws Exception {
        List<List<JsonNode>> all = new ArrayList<>();
        readEach(stack, List.of(tables), all::add);
        return all;
    }

    /** Takes the rows of one table; what it throws ends the reading. */
    public interface Taker {
        void take(List<JsonNode> rows) throws Exception;
    }

    /** The same for many tables in one process: each one's rows in turn, so that they need not all fit into memory. */
    public static void readEach(EmbeddedStack stack, List<String> tables, Taker taker) throws Exception {
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Path jar = root.resolve("deltareader/target/deltareader.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it first with `make deltareader`");
        }
        Path out = Files.createTempDirectory(root.resolve("target"), "deltareader");
        List<String> command = new ArrayList<>(
                List.of(ProcessHandle.current().info().command().orElse("java"), "-Xmx1g", "-jar", jar.toString()));
        for (String table : tables) {
            command.addAll(List.of("--table", table));
        }
        command.addAll(List.of("--endpoint", stack.s3Endpoint(), "--region", stack.s3Region()));
        command.addAll(List.of("--access-key", stack.s3AccessKey(), "--secret-key", stack.s3SecretKey()));
        command.addAll(List.of("--out", out.toString()));
        Path log = out.resolve("reader.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(5L + tables.size() / 2, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException("the independent reader failed:\n" + Files.readString(log));
        }
        for (int i = 0; i < tables.size(); i++) {
            Path file = out.resolve(i + ".ndjson");
            taker.take(rows(file));
            Files.delete(file);
        }
    }

    private static List<JsonNode> rows(Path file) throws Exception {
        List<JsonNode> rows = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                rows.add(JSON.readTree(line));
            }
        }
        return rows;
    }
}
