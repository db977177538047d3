package dev.duet.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.EmbeddedStack;
import dev.duet.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One-row transactions at a steady rate through real Debezium. The clock is read before the source's commit (in {@code updated_at},
 * microseconds), when a reader of the mirror sees the row, and when the store has the Delta version that holds it.
 */
final class Latency {
    private static final String PIPELINE = "latency";
    private static final String TOPIC = "pgsrc.public.fund_metadata";
    private static final int FIRST_ID = 5_000_000;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private Latency() {}

    static Map<String, Object> measure(EmbeddedStack stack, int rate, int seconds) throws Exception {
        String root = "s3a://" + stack.s3Bucket() + "/latency";
        Map<String, String> settings = ServiceProcess.settings(stack, PIPELINE, "finance", root);
        settings.remove("duet.delta.commit-interval");
        settings.put("duet.source.topics", "pgsrc.public.fund_metadata,pgsrc.public.fund_unit");
        settings.put("duet.postgres.table", "mirror_latency.{table}");
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                Connection source = stack.connect("finance", "demo");
                Connection mirror = stack.connect("finance", "duet")) {
            int warmUp = (int) (rate * WARM_UP.toSeconds());
            int rows = warmUp + rate * seconds;
            Map<Integer, Long> seen = new ConcurrentHashMap<>();
            Thread watcher = Thread.ofPlatform().start(() -> watch(mirror, rows, seen));
            Map<Integer, Long> committed = write(source, rate, rows);
            watcher.join(Duration.ofSeconds(60));
            Map<Integer, Long> inDelta =
                    deltaVersions(stack, Path.of(stack.s3Directory(), "latency/public/fund_metadata/_delta_log"), rows);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("changesPerSecond", rate);
            result.put("changes", rows - warmUp);
            result.put("sourceToPostgresMs", percentiles(committed, seen, warmUp));
            result.put("sourceToDeltaMs", percentiles(committed, inDelta, warmUp));
            System.out.println("latency: " + result);
            return result;
        }
    }

    /** Returns for each row the microsecond before its commit. */
    private static Map<Integer, Long> write(Connection source, int rate, int rows) throws Exception {
        Map<Integer, Long> committed = new HashMap<>();
        long start = System.nanoTime();
        try (PreparedStatement insert =
                source.prepareStatement("insert into fund_metadata values (?, ?, null, ?, ?, 12.34)")) {
            for (int i = 0; i < rows; i++) {
                LockSupport.parkNanos(start + i * 1_000_000_000L / rate - System.nanoTime());
                long now = micros();
                insert.setInt(1, FIRST_ID + i);
                insert.setString(2, "Latency Fund " + i);
                insert.setString(3, "a row that is written to see how long it takes");
                insert.setLong(4, now);
                insert.execute();
                committed.put(FIRST_ID + i, now);
            }
        }
        return committed;
    }

    private static void watch(Connection mirror, int rows, Map<Integer, Long> seen) {
        long limit = System.nanoTime() + Duration.ofMinutes(10).toNanos();
        int next = FIRST_ID;
        while (seen.size() < rows && System.nanoTime() < limit) {
            try (PreparedStatement query = mirror.prepareStatement(
                    "select fund_id from mirror_latency.fund_metadata where fund_id >= ? order by fund_id")) {
                query.setInt(1, next);
                ResultSet found = query.executeQuery();
                long now = micros();
                while (found.next()) {
                    seen.putIfAbsent(found.getInt(1), now);
                }
                while (seen.containsKey(next)) {
                    next++;
                }
            } catch (java.sql.SQLException e) {
                LockSupport.parkNanos(100_000_000); // the table is not there yet
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** For each row the time at which the store got the version of the log that covers its offset. */
    private static Map<Integer, Long> deltaVersions(EmbeddedStack stack, Path log, int rows) throws Exception {
        Map<Integer, TopicOffset> offsets = offsets(stack, rows);
        Map<Integer, Long> inDelta = new HashMap<>();
        long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (inDelta.size() < offsets.size() && System.nanoTime() < limit) {
            for (Path version : versions(log)) {
                Map<Integer, Long> next = positions(version);
                long micros = Files.getLastModifiedTime(version).to(java.util.concurrent.TimeUnit.MICROSECONDS);
                offsets.forEach((id, at) -> {
                    if (at.offset() < next.getOrDefault(at.partition(), 0L)) {
                        inDelta.putIfAbsent(id, micros);
                    }
                });
            }
            Thread.sleep(500);
        }
        return inDelta;
    }

    private record TopicOffset(int partition, long offset) {}

    private static Map<Integer, TopicOffset> offsets(EmbeddedStack stack, int rows) throws Exception {
        Map<Integer, TopicOffset> offsets = new HashMap<>();
        Map<String, Object> client =
                Map.of("bootstrap.servers", stack.bootstrapServers(), "isolation.level", "read_committed");
        ObjectMapper json = new ObjectMapper();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(TOPIC, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (offsets.size() < rows) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    JsonNode key = json.readTree(record.key());
                    int id = (key.has("payload") ? key.get("payload") : key)
                            .get("fund_id")
                            .asInt();
                    if (id >= FIRST_ID) {
                        offsets.putIfAbsent(id, new TopicOffset(record.partition(), record.offset()));
                    }
                }
            }
        }
        return offsets;
    }

    private static List<Path> versions(Path log) throws Exception {
        try (Stream<Path> files = Files.list(log)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+\\.json"))
                    .sorted()
                    .toList();
        }
    }

    private static Map<Integer, Long> positions(Path version) throws Exception {
        ObjectMapper json = new ObjectMapper();
        Map<Integer, Long> next = new HashMap<>();
        for (String line : Files.readAllLines(version)) {
            JsonNode domain = json.readTree(line).get("domainMetadata");
            String name = domain == null ? "" : domain.get("domain").asText();
            if (name.startsWith("duet.")) {
                next.put(
                        Integer.valueOf(name.substring(name.lastIndexOf('-') + 1)),
                        json.readTree(domain.get("configuration").asText())
                                .get("next")
                                .asLong());
            }
        }
        return next;
    }

    private static Map<String, Object> percentiles(Map<Integer, Long> from, Map<Integer, Long> to, int warmUp) {
        double[] millis = from.entrySet().stream()
                .filter(row -> row.getKey() >= FIRST_ID + warmUp && to.containsKey(row.getKey()))
                .mapToDouble(row -> (to.getOrDefault(row.getKey(), 0L) - row.getValue()) / 1e3)
                .sorted()
                .toArray();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("rows", millis.length);
        for (int percent : new int[] {50, 95, 99}) {
            result.put(
                    "p" + percent, millis.length == 0 ? -1 : Drain.round(millis[(millis.length - 1) * percent / 100]));
        }
        result.put("max", Drain.round(Arrays.stream(millis).max().orElse(-1)));
        return result;
    }

    private static long micros() {
        java.time.Instant now = java.time.Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }
}
