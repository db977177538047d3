package dev.duet.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.duet.EmbeddedStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the packaged service against the real parts on this machine ({@code make bench}): how fast a backlog drains into both
 * sinks, and how long a single change takes through real Debezium. Prints a summary and writes {@code target/bench.json}.
 *
 * <p>Arguments: {@code events=1000000 keys=200000 seconds=30 rate=200}; with {@code --exactly-once-cost} it measures what the positions
 * cost instead ({@code rounds=3} drains), with {@code --forms} the size and the decoding of JSON and Avro ({@code rows=20000}).
 * With {@code --native} it measures the native executable against the JVM ({@code rounds=3} times).
 */
public final class Bench {
    private Bench() {}

    /** Runs both measurements. */
    public static void main(String... arguments) throws Exception {
        Map<String, Integer> options = new LinkedHashMap<>(
                Map.of("events", 1_000_000, "keys", 200_000, "seconds", 30, "rate", 200, "rounds", 3, "rows", 20_000));
        for (String argument : arguments) {
            String[] pair = argument.trim().split("=");
            if (pair.length == 2) {
                options.put(pair[0], Integer.valueOf(pair[1]));
            }
        }
        EmbeddedStack stack = EmbeddedStack.shared();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("cores", Runtime.getRuntime().availableProcessors());
        result.put("java", Runtime.version().toString());
        if (List.of(arguments).contains("--exactly-once-cost")) {
            result.put(
                    "exactlyOnceCost",
                    ExactlyOnceCost.measure(
                            stack, value(options, "keys"), value(options, "events"), value(options, "rounds")));
            write(result);
            return;
        }
        if (List.of(arguments).contains("--forms")) {
            result.put("forms", Forms.measure(stack, value(options, "rows")));
            write(result);
            return;
        }
        if (List.of(arguments).contains("--native")) {
            result.put(
                    "nativeAgainstJvm",
                    NativeComparison.measure(
                            stack, value(options, "keys"), value(options, "events"), value(options, "rounds")));
            write(result);
            return;
        }
        result.put("drain", Drain.measure(stack, "bench", value(options, "keys"), value(options, "events")));
        result.put("latency", Latency.measure(stack, value(options, "rate"), value(options, "seconds")));
        write(result);
    }

    private static void write(Map<String, Object> result) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        String text = json.writeValueAsString(result);
        Path file = Path.of(System.getProperty("duet.basedir", "."), "target", "bench.json");
        Files.writeString(file, text + "\n");
        System.out.println(text);
        System.out.println("written to " + file.normalize());
    }

    private static int value(Map<String, Integer> options, String name) {
        return options.getOrDefault(name, 0);
    }
}
