package dev.duet.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.Checks;
import dev.duet.EmbeddedStack;
import dev.duet.IndependentReader;
import dev.duet.Topics;
import dev.duet.chaos.Table.Expected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Compares both sinks with the history, with other code than the writer's: PostgreSQL by JDBC, Delta's rows by Spark, Delta's
 * positions by the JSON of the log, dead letters by a plain consumer, events by what a trigger saw. To be called when all is delivered.
 */
final class Checker {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EmbeddedStack stack;

    Checker(EmbeddedStack stack) {
        this.stack = stack;
    }

    /** Everything but Delta's rows. */
    Verdict checkNow(Connection connection, Expected expected) throws Exception {
        List<String> wrong = new ArrayList<>();
        Count trail =
                Count.of(expected.topic(), expected.written(), expected.unreadable(), trail(connection, expected));
        if (!Checks.mirror(connection, "public." + expected.table()).equals(expected.rows())) {
            wrong.add("the mirror " + expected.table() + " differs from the source");
        }
        positions(connection, expected, wrong);
        deltaPositions(expected, wrong);
        letters(expected, wrong);
        return new Verdict(trail, Count.NONE, wrong);
    }

    /** The events of a table whose deliveries were told. */
    Verdict checkEvents(Connection connection, Expected expected) throws Exception {
        List<Told> events = EventTrail.of(connection, expected.pipeline());
        return new Verdict(
                Count.NONE,
                Count.NONE,
                Told.wrong(events, expected.topic(), expected.table(), expected.written(), expected.unreadable()));
    }

    /** Delta's rows of these tables, in one process: the verdicts in the same order. */
    List<Verdict> checkDelta(List<Expected> tables) throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        Iterator<Expected> next = tables.iterator();
        IndependentReader.readEach(
                stack, tables.stream().map(Expected::deltaPath).toList(), rows -> {
                    Expected expected = next.next();
                    List<Count.Origin> origins = rows.stream()
                            .map(row -> new Count.Origin(
                                    row.get("__topic").asText(),
                                    row.get("__partition").asInt(),
                                    row.get("__offset").asLong()))
                            .toList();
                    Count count = Count.of(expected.topic(), expected.written(), expected.unreadable(), origins);
                    boolean same = Checks.fold(rows).equals(expected.rows());
                    verdicts.add(new Verdict(
                            Count.NONE,
                            count,
                            same
                                    ? List.of()
                                    : List.of("the log " + expected.table() + " replayed differs from the source")));
                });
        return verdicts;
    }

    private static List<Count.Origin> trail(Connection connection, Expected expected) throws Exception {
        List<Count.Origin> origins = new ArrayList<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "select __topic, __partition, __offset from public.\"" + expected.table() + "_trail\"")) {
            while (rows.next()) {
                origins.add(new Count.Origin(rows.getString(1), rows.getInt(2), rows.getLong(3)));
            }
        }
        return origins;
    }

    /** Both positions of each partition stand at its end, and the ledger accounts for each record once. */
    private static void positions(Connection connection, Expected expected, List<String> wrong) throws Exception {
        Map<Integer, Long> applied = new HashMap<>();
        Map<Integer, Long> delivered = new HashMap<>();
        try (var query =
                connection.prepareStatement("select partition, applied_next, delivered_next, applied, filtered,"
                        + " dead_lettered from duet.position where pipeline = ? and topic = ?")) {
            query.setString(1, expected.pipeline());
            query.setString(2, expected.topic());
            var rows = query.executeQuery();
            while (rows.next()) {
                int partition = rows.getInt(1);
                applied.put(partition, rows.getLong(2));
                delivered.put(partition, rows.getLong(3));
                long letters = expected.unreadable(partition);
                if (rows.getLong(4) != expected.written()[partition] - letters
                        || rows.getLong(5) != 0
                        || rows.getLong(6) != letters) {
                    wrong.add("the ledger of partition " + partition + " says applied=" + rows.getLong(4)
                            + " filtered=" + rows.getLong(5) + " dead_lettered=" + rows.getLong(6) + " of "
                            + expected.written()[partition] + " records with " + letters + " unreadable ones");
                }
            }
        }
        wrong.addAll(Count.stalePositions("applied_next", expected.written(), applied));
        wrong.addAll(Count.stalePositions("delivered_next", expected.written(), delivered));
    }

    /** The newest position of each partition in the log covers its last row and nothing that is not written. */
    private void deltaPositions(Expected expected, List<String> wrong) throws Exception {
        Map<String, JsonNode> domains = domains(expected);
        for (int partition = 0; partition < expected.written().length; partition++) {
            long end = expected.written()[partition];
            long last = end - 1;
            while (expected.unreadable().get(partition).contains(last)) {
                last--;
            }
            JsonNode position = domains.get("duet." + expected.pipeline() + "." + expected.topic() + "-" + partition);
            long next = position == null ? 0 : position.get("next").asLong();
            long applied = position == null ? 0 : position.get("applied").asLong();
            if (next < last + 1 || next > end) {
                wrong.add("Delta's position of partition " + partition + " is " + next + ", must be " + (last + 1)
                        + " to " + end);
            }
            if (applied != end - expected.unreadable(partition)) {
                wrong.add("Delta's ledger of partition " + partition + " says applied=" + applied + " of " + end);
            }
        }
    }

    private Map<String, JsonNode> domains(Expected expected) throws Exception {
        Path log = Path.of(stack.s3Directory(), "chaos", "public", expected.table(), "_delta_log");
        Map<String, JsonNode> domains = new HashMap<>();
        List<Path> versions;
        try (Stream<Path> files = Files.list(log)) {
            versions = files.filter(file -> file.getFileName().toString().matches("[0-9]{20}\\.json"))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        }
        for (Path version : versions) {
            for (String line : Files.readAllLines(version)) {
                JsonNode domain = JSON.readTree(line).get("domainMetadata");
                if (domain != null) {
                    domains.put(
                            domain.get("domain").asText(),
                            JSON.readTree(domain.get("configuration").asText()));
                }
            }
        }
        return domains;
    }

    /** Each record that can't be read is in the dead-letter topic; after a crash it may be there twice. */
    private void letters(Expected expected, List<String> wrong) {
        if (expected.unreadable().stream().allMatch(Set::isEmpty)) {
            return;
        }
        Set<String> there = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> letter : Topics.read(stack, expected.pipeline() + ".dead-letters")) {
            if (header(letter, "__duet.topic").equals(expected.topic())) {
                there.add(header(letter, "__duet.partition") + ":" + header(letter, "__duet.offset"));
            }
        }
        Set<String> due = new HashSet<>();
        for (int partition = 0; partition < expected.unreadable().size(); partition++) {
            for (long offset : expected.unreadable().get(partition)) {
                due.add(partition + ":" + offset);
            }
        }
        if (!there.equals(due)) {
            wrong.add(due.size() + " records can't be read, " + there.size() + " different ones are dead letters");
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
