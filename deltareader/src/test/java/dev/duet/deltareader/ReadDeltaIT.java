package dev.duet.deltareader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the packaged jar, as the project's tests do, on tables written by Delta Kernel.
class ReadDeltaIT {

    private static final StructType SCHEMA = new StructType()
            .add("id", IntegerType.INTEGER)
            .add("name", StringType.STRING)
            .add("__lsn", LongType.LONG)
            .add("price", new DecimalType(10, 2))
            .add("born", DateType.DATE)
            .add("__unchanged", new ArrayType(StringType.STRING, true))
            .add("at", TimestampType.TIMESTAMP)
            .add("raw", BinaryType.BINARY)
            .add("flag", BooleanType.BOOLEAN)
            .add("ratio", DoubleType.DOUBLE)
            .add("__date", StringType.STRING);

    private static final Map<String, String> DOMAINS = Map.of(
            "delta.feature.domainMetadata", "supported", "delta.appendOnly", "true", "delta.checkpointInterval", "3");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    @Test
    void readsEveryValueOfTablesWithDomainMetadata() throws Exception {
        String typed = table("typed");
        var writer = new KernelTable(new Configuration(), typed, SCHEMA, "__date");
        writer.create(DOMAINS);
        byte[] bytes = {0, -1, 127, -128};
        writer.append(
                List.<Object[]>of(new Object[] {
                    Integer.MIN_VALUE,
                    "Zoë \"quoted\"\n\u2028",
                    Long.MAX_VALUE,
                    new BigDecimal("12345678.90"),
                    LocalDate.of(2026, 1, 31),
                    Arrays.asList("nav", null, ""),
                    Instant.parse("2026-01-31T23:59:59.000001Z"),
                    bytes,
                    true,
                    Double.NaN,
                    "2026-01-31"
                }),
                Map.of("duet.position.orders-0", "{\"next\":1}"));
        writer.append(
                List.of(
                        new Object[] {2, null, null, null, null, null, null, null, null, null, "2026-02-01"},
                        new Object[] {
                            3,
                            "",
                            -1L,
                            new BigDecimal("0.00"),
                            LocalDate.of(1, 1, 1),
                            List.of(),
                            Instant.parse("0001-01-01T00:00:00Z"),
                            new byte[0],
                            false,
                            0.1,
                            "2026-02-02"
                        }),
                Map.of("duet.position.orders-0", "{\"next\":3}", "duet.position.orders-1", "{\"next\":9}"));

        String byDate = table("bydate");
        var dated = new KernelTable(
                new Configuration(),
                byDate,
                new StructType().add("n", LongType.LONG).add("day", DateType.DATE),
                "day");
        dated.create(DOMAINS);
        for (int i = 0; i < 7; i++) { // passes two checkpoints
            dated.append(
                    List.<Object[]>of(new Object[] {(long) i, LocalDate.of(2026, 3, 1 + i % 2)}),
                    Map.of("duet.position.t-0", "{\"next\":" + (i + 1) + "}"));
        }

        Path out = dir.resolve("out");
        assertEquals("", run(0, "--table", typed, "--table", byDate, "--out", out.toString()));

        List<JsonNode> rows = rows(out.resolve("0.ndjson"));
        rows.sort((a, b) -> Integer.compare(a.get("id").asInt(), b.get("id").asInt()));
        assertEquals(JSON.readTree("""
                        {"id":-2147483648,"name":"Zoë \\"quoted\\"\\n\\u2028","__lsn":9223372036854775807,
                         "price":"12345678.90","born":"2026-01-31","__unchanged":["nav",null,""],
                         "at":"2026-01-31T23:59:59.000001Z","raw":"%s","flag":true,"ratio":"NaN","__date":"2026-01-31"}
                        """.formatted(Base64.getEncoder().encodeToString(bytes))), rows.get(0));
        assertEquals(JSON.readTree("""
                        {"id":2,"name":null,"__lsn":null,"price":null,"born":null,"__unchanged":null,"at":null,"raw":null,
                         "flag":null,"ratio":null,"__date":"2026-02-01"}
                        """), rows.get(1));
        assertEquals(JSON.readTree("""
                        {"id":3,"name":"","__lsn":-1,"price":"0.00","born":"0001-01-01","__unchanged":[],
                         "at":"0001-01-01T00:00:00.000000Z","raw":"","flag":false,"ratio":0.1,"__date":"2026-02-02"}
                        """), rows.get(2));
        assertEquals(3, rows.size());

        JsonNode meta = JSON.readTree(out.resolve("0.meta.json").toFile());
        assertEquals(2, meta.get("version").asLong());
        assertEquals(3, meta.get("rows").asLong());
        assertEquals(JSON.readTree("[\"__date\"]"), meta.get("partitionColumns"));
        assertEquals("decimal(10,2)", meta.at("/schema/fields/3/type").asText());
        assertEquals(1, meta.get("minReaderVersion").asInt());
        assertEquals(7, meta.get("minWriterVersion").asInt());
        assertTrue(meta.get("tableFeatures").toString().contains("domainMetadata"), meta.toString());
        assertEquals(JSON.readTree("""
                        [{"version":0,"operation":"CREATE TABLE"},{"version":1,"operation":"STREAMING UPDATE"},
                         {"version":2,"operation":"STREAMING UPDATE"}]
                        """), meta.get("history"));

        JsonNode dates = JSON.readTree(out.resolve("1.meta.json").toFile());
        assertEquals(7, dates.get("version").asLong());
        assertEquals(
                List.of(
                        "{\"n\":0,\"day\":\"2026-03-01\"}",
                        "{\"n\":1,\"day\":\"2026-03-02\"}",
                        "{\"n\":2,\"day\":\"2026-03-01\"}",
                        "{\"n\":3,\"day\":\"2026-03-02\"}",
                        "{\"n\":4,\"day\":\"2026-03-01\"}",
                        "{\"n\":5,\"day\":\"2026-03-02\"}",
                        "{\"n\":6,\"day\":\"2026-03-01\"}"),
                Files.readAllLines(out.resolve("1.ndjson")).stream().sorted().toList());

        Path old = dir.resolve("old");
        assertEquals("", run(0, "--table", typed, "--version", "1", "--out", old.toString()));
        assertEquals(1, rows(old.resolve("0.ndjson")).size());
        JsonNode oldMeta = JSON.readTree(old.resolve("0.meta.json").toFile());
        assertEquals(2, oldMeta.get("version").asLong());
        assertEquals(1, oldMeta.get("readVersion").asLong());
    }

    @Test
    void saysInOneLineWhatIsWrong() throws Exception {
        String missing = table("missing");
        String error = run(
                1,
                "--table",
                missing,
                "--out",
                dir.toString(),
                "--endpoint",
                "http://127.0.0.1:1",
                "--access-key",
                "abc",
                "--secret-key",
                "hidden");
        assertTrue(error.startsWith("deltareader: " + missing + ": "), error);
        assertEquals(1, error.lines().count(), error);
        assertFalse(error.contains("hidden"), error);
        assertFalse(Files.exists(dir.resolve("0.meta.json")));
    }

    private String table(String name) {
        return dir.resolve(name).toUri().toString();
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readString(file).split("\n")) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }

    /// @return standard error without the warnings of the JVM itself
    private String run(int expected, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-jar",
                "target/deltareader.jar"));
        command.addAll(List.of(arguments));
        Path log = dir.resolve("stderr");
        Process process = new ProcessBuilder(command)
                .redirectError(log.toFile())
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        int code = process.waitFor();
        String error = Files.readAllLines(log).stream()
                .filter(line -> !line.startsWith("WARNING: "))
                .reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b);
        assertEquals(expected, code, error);
        return error;
    }
}
