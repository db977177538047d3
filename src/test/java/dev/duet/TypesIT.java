package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.duet.TypeCases.Case;
import dev.duet.TypeCases.Long;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Guarantee, with real Debezium: a value of each type, from a snapshot and streamed, comes to both sinks and is there what it was in the
 * source, in each form in which the connector can write it; what is lost is what docs/types.md says, no more and no less.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypesIT {
    private static final int STREAMED = 1000;
    private static final int ROWS = 7;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<Case> cases = TypeCases.all();
    private final List<Long> longs = TypeCases.unchanged();
    private String database = "";
    private Connection source;
    private ConnectProcess worker;

    @BeforeAll
    void start() throws Exception {
        database = stack.freshDatabase("types");
        source = stack.connect(database, "postgres");
        execute(source, "create extension citext; create extension hstore; create extension ltree");
        for (String statement : TypeCases.SETUP) {
            execute(source, statement);
        }
        execute(
                source,
                "create table everything (id int primary key, note text, " + columns("c", cases, Case::type) + ")");
        execute(source, "create table big (id int primary key, note text, " + columns("b", longs, Long::type) + ")");
        for (String column : names("b", longs)) {
            execute(source, "alter table big alter column " + column + " set storage external");
        }
        execute(source, "create publication types_pub for table everything, big");
        worker = ConnectProcess.start(stack, "types", true);
    }

    @AfterAll
    void stop() throws Exception {
        if (worker != null) {
            worker.close();
        }
        Instant limit = Instant.now().plusSeconds(30);
        while (!"0"
                        .equals(value(
                                source,
                                "select count(*) from pg_replication_slots where active and database = '" + database
                                        + "'"))
                && Instant.now().isBefore(limit)) {
            Thread.sleep(100);
        }
        execute(
                source,
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '" + database
                        + "'");
        source.close();
    }

    @Test
    void withSchemasAndPropagatedTypes() throws Exception {
        run("told", Map.of(), Map.of("duet.delta.unchanged-columns", "mirror"), false);
    }

    @Test
    void withSchemasWithoutPropagatedTypes() throws Exception {
        run(
                "untold",
                Map.of(
                        "column.propagate.source.type",
                        "none[.]none[.]none",
                        "decimal.handling.mode",
                        "precise",
                        "time.precision.mode",
                        "isostring",
                        "binary.handling.mode",
                        "hex"),
                Map.of("duet.source.binary-handling-mode", "hex"),
                true);
    }

    @Test
    void withoutSchemas() throws Exception {
        run(
                "plain",
                Map.of(
                        "key.converter.schemas.enable", "false",
                        "value.converter.schemas.enable", "false",
                        "time.precision.mode", "adaptive_time_microseconds",
                        "binary.handling.mode", "base64"),
                Map.of(
                        "duet.source.time-precision-mode", "adaptive-time-microseconds",
                        "duet.source.binary-handling-mode", "base64"),
                true);
    }

    @Test
    void inAvro() throws Exception {
        EmbeddedStack registry = EmbeddedStack.own("registry", "64m");
        try {
            run(
                    "avro",
                    ConnectProcess.avro(registry.registryUrl()),
                    Map.of(
                            "duet.source.registry.url",
                            registry.registryUrl() + "/apis/ccompat/v7",
                            "duet.delta.unchanged-columns",
                            "mirror"),
                    false);
        } finally {
            registry.close();
        }
    }

    private void run(String form, Map<String, String> connector, Map<String, String> service, boolean made)
            throws Exception {
        String target = stack.freshDatabase("types_" + form);
        String root = "s3a://" + stack.s3Bucket() + "/types-" + form;
        execute(source, "truncate everything, big");
        insert(0);
        execute(source, big(1));
        Map<String, String> overrides = new LinkedHashMap<>(Map.of(
                "database.dbname", database,
                "topic.prefix", "types-" + form,
                "slot.name", "types_" + form,
                "publication.name", "types_pub",
                "table.include.list", "public.everything,public.big",
                "include.unknown.datatypes", "true",
                "topic.creation.default.partitions", "1"));
        overrides.putAll(connector);
        worker.register("types-" + form, ConnectProcess.configuration(stack, overrides));
        Map<String, String> settings = ServiceProcess.settings(stack, "types-" + form, target, root);
        settings.put("duet.source.topics", "types-" + form + "\\.public\\..*");
        settings.put("duet.delta.nan", "null");
        settings.put("duet.source.stopped-table-retry", "2s");
        settings.put("duet.source.ambiguous-nulls", "unchanged");
        settings.putAll(service);
        if (made) {
            // The mirror tells the types that the records don't.
            try (Connection mirror = stack.connect(target, "duet")) {
                create(mirror, "everything", columns("c", cases, of -> made(form, of.type(), of.mirror())));
                create(mirror, "big", columns("b", longs, of -> made(form, of.type(), of.mirror())));
            }
        }
        try (ServiceProcess process = ServiceProcess.start(settings).awaitStarted();
                Connection mirror = stack.connect(target, "duet")) {
            awaitRows(mirror, 1 + ROWS);
            insert(STREAMED);
            execute(source, big(2));
            execute(
                    source,
                    "update everything set note = 'again' where id > " + STREAMED + "; update big set note = 'again'");
            awaitRows(mirror, 2 * (1 + ROWS));
            awaitEqualNotes(mirror);
            assertAsDocumented(form, differences(mirror));
            if (!made) {
                assertThat(types(mirror)).isEmpty();
                assertThat(logDifferences(mirror, root)).isEqualTo(Map.of("numeric(10,2)", "NaN -> null"));
                assertUnchangedValuesAreFilled(mirror, root);
            }
            assertThat(process.health("ready")).isEqualTo(200);
        }
    }

    /** A row for each index of values; a column that has fewer values is null there. */
    private void insert(int firstId) throws SQLException {
        for (int row = 0; row < ROWS; row++) {
            int index = row;
            String values = cases.stream()
                    .map(c -> index < c.values().size() ? "(" + c.values().get(index) + ")::" + c.type() : "null")
                    .collect(Collectors.joining(", "));
            execute(source, "insert into everything values (" + (firstId + row) + ", 'first', " + values + ")");
        }
    }

    private String big(int id) {
        String values = longs.stream().map(Long::value).collect(Collectors.joining(", "));
        return "insert into big select " + id + ", 'first', " + values
                + " from (select array_agg(i) as n from generate_series(1, 2000) i) as numbers";
    }

    /** With schemas, but without the source's type, nothing tells the digits of a second, and a domain's decimal is a decimal. */
    private static String made(String form, String type, String mirror) {
        if (!form.equals("untold")) {
            return mirror;
        }
        return type.equals("amount") ? "numeric(12,4)" : mirror.replaceFirst("^(time|timestamp)\\(\\d\\)", "$1(6)");
    }

    private static void create(Connection mirror, String table, String columns) throws SQLException {
        execute(
                mirror,
                "create table " + table + " (id int primary key, note text, " + columns
                        + ", __lsn bigint not null, __source_ts_ms bigint)");
    }

    private static <T> String columns(String prefix, List<T> of, Function<T, String> type) {
        return IntStream.range(0, of.size())
                .mapToObj(i -> prefix + i + " " + type.apply(of.get(i)))
                .collect(Collectors.joining(", "));
    }

    private static List<String> names(String prefix, List<?> of) {
        return IntStream.range(0, of.size()).mapToObj(i -> prefix + i).toList();
    }

    private static void awaitRows(Connection mirror, int rows) throws Exception {
        await(() -> Checks.exists(mirror, "public.everything")
                && Checks.exists(mirror, "public.big")
                && Integer.toString(rows)
                        .equals(value(
                                mirror, "select (select count(*) from everything) + (select count(*) from big)")));
    }

    private static void awaitEqualNotes(Connection mirror) throws Exception {
        await(() -> "0"
                .equals(value(
                        mirror,
                        "select (select count(*) from everything where note = 'first' and id > " + STREAMED + ")"
                                + " + (select count(*) from big where note = 'first')")));
    }

    /** What is lost is kept in a file for each form, from which docs/types.md speaks. */
    private static void assertAsDocumented(String form, Map<String, Set<String>> differences) throws Exception {
        String like = form.equals("avro") ? "told" : form; // Avro carries what JSON with schemas carries
        StringBuilder found = new StringBuilder();
        differences.forEach((type, values) -> values.forEach(
                value -> found.append(type).append(" | ").append(value).append('\n')));
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Files.writeString(root.resolve("target/types-" + form + ".txt"), found);
        assertThat(found.toString())
                .isEqualTo(Files.readString(root.resolve("src/test/resources/types/" + like + ".txt")));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (!condition.holds()) {
            assertThat(Instant.now()).as("in time").isBefore(limit);
            Thread.sleep(100);
        }
    }

    /** What the mirror has otherwise than the source, by type: the source's values and the mirror's. */
    private Map<String, Set<String>> differences(Connection mirror) throws SQLException {
        Map<String, Set<String>> differences = new TreeMap<>();
        compare(mirror, "everything", "c", cases.stream().map(Case::type).toList(), differences);
        List<String> types = longs.stream().map(of -> "unchanged " + of.type()).toList();
        compare(mirror, "big", "b", types, differences);
        return differences;
    }

    private void compare(
            Connection mirror, String table, String prefix, List<String> types, Map<String, Set<String>> differences)
            throws SQLException {
        Map<Integer, List<@Nullable String>> expected = read(source, table, names(prefix, types));
        Map<Integer, List<@Nullable String>> found = read(mirror, table, names(prefix, types));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        for (Integer id :
                expected.keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
            for (int i = 0; i < types.size(); i++) {
                String there = Objects.requireNonNull(found.get(id)).get(i);
                String here = Objects.requireNonNull(expected.get(id)).get(i);
                if (!Objects.equals(here, there)) {
                    Set<String> of = differences.computeIfAbsent(types.get(i), type -> new TreeSet<>());
                    String what = shown(here) + " -> " + shown(there);
                    if (id >= STREAMED) {
                        of.add(what);
                    } else if (!of.contains(what)) {
                        of.add("in a snapshot " + what);
                    }
                }
            }
        }
    }

    private static String shown(@Nullable String text) {
        return text == null || text.length() < 60 ? String.valueOf(text) : text.substring(0, 60) + "...";
    }

    private static Map<Integer, List<@Nullable String>> read(Connection connection, String table, List<String> columns)
            throws SQLException {
        Map<Integer, List<@Nullable String>> rows = new TreeMap<>();
        List<String> there = new ArrayList<>();
        for (String column : columns) {
            boolean exists = "t"
                    .equals(value(
                            connection,
                            "select exists (select from pg_attribute where attrelid = '" + table
                                    + "'::regclass and attname = '" + column + "')"));
            there.add(exists ? column + "::text" : "'no column'");
        }
        String texts = String.join(", ", there);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set timezone = 'UTC'");
            ResultSet found = statement.executeQuery("select id, " + texts + " from " + table);
            while (found.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    row.add(found.getString(i + 2));
                }
                rows.put(found.getInt(1), row);
            }
        }
        return rows;
    }

    /** The same for the log's first change of each row, whose values go through the mirror's types. */
    private Map<String, String> logDifferences(Connection mirror, String root) throws Exception {
        List<JsonNode> log =
                IndependentReader.read(stack, root + "/public/everything").getFirst();
        Map<Integer, List<@Nullable String>> mirrored = read(mirror, "everything", names("c", cases));
        Map<String, String> differences = new TreeMap<>();
        for (JsonNode row : log) {
            if (row.get("__op").asText().equals("u")) {
                continue;
            }
            int id = row.get("id").asInt();
            for (int i = 0; i < cases.size(); i++) {
                if (!row.has("c" + i)) {
                    differences.put(cases.get(i).type(), "no column");
                    continue;
                }
                String logged = text(row.get("c" + i), cases.get(i));
                String normal = logged == null
                        ? null
                        : value(
                                mirror,
                                "select '" + logged.replace("'", "''") + "'::"
                                        + cases.get(i).mirror() + "::text");
                String there = Objects.requireNonNull(mirrored.get(id)).get(i);
                if (!Objects.equals(there, normal)) {
                    differences.put(cases.get(i).type(), shown(there) + " -> " + shown(logged));
                }
            }
        }
        return differences;
    }

    /** With unchanged-columns=mirror the update of each long row brings the values that it left alone; those of arrays it may list. */
    private void assertUnchangedValuesAreFilled(Connection mirror, String root) throws Exception {
        List<JsonNode> updates = IndependentReader.read(stack, root + "/public/big").getFirst().stream()
                .filter(row -> row.get("__op").asText().equals("u"))
                .toList();
        assertThat(updates).hasSize(2);
        Map<Integer, List<@Nullable String>> mirrored = read(mirror, "big", names("b", longs));
        for (JsonNode row : updates) {
            Set<String> listed = new TreeSet<>();
            row.get("__unchanged").forEach(name -> listed.add(name.asText()));
            for (int i = 0; i < longs.size(); i++) {
                Long type = longs.get(i);
                String name = "b" + i;
                boolean array = type.type().endsWith("[]"); // filled only if its row came in the same batch
                assertThat(array || !listed.contains(name)).as(type.type()).isTrue();
                if (!array) {
                    String logged = type.type().equals("bytea")
                            ? "\\x" + HexFormat.of().formatHex(row.get(name).binaryValue())
                            : row.get(name).asText();
                    String normal =
                            value(mirror, "select '" + logged.replace("'", "''") + "'::" + type.mirror() + "::text");
                    assertThat(normal)
                            .as(type.type())
                            .isEqualTo(Objects.requireNonNull(
                                            mirrored.get(row.get("id").asInt()))
                                    .get(i));
                }
            }
        }
    }

    /** A value that the reader found, as PostgreSQL reads it. */
    private static @Nullable String text(JsonNode value, Case type) throws Exception {
        if (value.isNull()) {
            return null;
        }
        if (value.isArray()) {
            List<String> items = new ArrayList<>();
            for (JsonNode item : value) {
                String text = text(item, type);
                items.add(
                        text == null
                                ? "NULL"
                                : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
            }
            return "{" + String.join(",", items) + "}";
        }
        if (type.delta().contains("binary")) {
            return "\\x" + HexFormat.of().formatHex(value.binaryValue());
        }
        if (!type.delta().contains("date") && !type.delta().contains("timestamp")) {
            return value.asText();
        }
        return switch (value.asText()) {
            case "+5881580-07-11", "+294247-01-10T04:00:54.775807Z", "+294247-01-10T04:00:54.775807" -> "infinity";
            case "-5877641-06-23", "-290308-12-21T19:59:05.224192Z", "-290308-12-21T19:59:05.224192" -> "-infinity";
            default ->
                value.asText().startsWith("-0043")
                        ? "0044" + value.asText().substring(5) + " BC"
                        : value.asText().replaceFirst("^\\+", "");
        };
    }

    private Map<String, String> types(Connection mirror) throws SQLException {
        Map<String, String> wrong = new TreeMap<>();
        try (Statement statement = mirror.createStatement()) {
            ResultSet rows = statement.executeQuery("select attname, format_type(atttypid, atttypmod) from pg_attribute"
                    + " where attrelid = 'everything'::regclass and attname ~ '^c\\d+$'");
            while (rows.next()) {
                Case expected = cases.get(Integer.parseInt(rows.getString(1).substring(1)));
                if (!expected.mirror().equals(rows.getString(2))) {
                    wrong.put(expected.type(), expected.mirror() + " is " + rows.getString(2));
                }
            }
        }
        return wrong;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static @Nullable String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery(sql);
            row.next();
            return row.getString(1);
        }
    }
}
