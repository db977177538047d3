package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.ComparedTables;
import dev.duet.inspect.HashedTable;
import dev.duet.inspect.LogField;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.SourceServer;
import dev.duet.inspect.TablePair;
import dev.duet.postgres.LookedTable.KeyColumn;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The mirrors of a pipeline and the tables that they mirror, as they are looked at. Connects when it is made. */
final class PipelineTables implements ComparedTables {
    private static final String TARGETS = """
            select m.source_schema, m.source_table, m.target_schema, m.target_table,
              exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = m.target_schema and c.relname = m.target_table and a.attname = '__offset' and not a.attisdropped)
            from duet.mirror m where m.pipeline = $1""";
    private static final String DELIVERED = """
            select p.topic, p.partition, p.generation, p.delivered_next from duet.position p
            join duet.topic t on t.pipeline = p.pipeline and t.topic = p.topic and t.generation = p.generation
            where p.pipeline = $1""";
    /** The columns that a mirror got later than its first ones, with a default: a rewritten table no longer tells (atthasmissing). */
    private static final String ADDED = """
            select s.column_name from duet.source_column s
            join pg_namespace n on n.nspname = s.target_schema
            join pg_class c on c.relnamespace = n.oid and c.relname = s.target_table
            join pg_attribute a on a.attrelid = c.oid and a.attname = s.column_name and a.atthasdef and not a.attisdropped
            where s.target_schema = $1 and s.target_table = $2 and s.since_lsn > (select min(f.since_lsn)
              from duet.source_column f where f.target_schema = $1 and f.target_table = $2)""";

    private static final String ENCODING =
            "select pg_encoding_to_char(encoding)::text from pg_database where datname = current_database()";

    private final String pipeline;
    private final Duration clockTolerance;
    private final LookSession target;
    private final @Nullable SourceDatabase source;
    private final Map<String, Optional<TargetName>> mirrors = new TreeMap<>();
    private final Map<String, TableId> names = new TreeMap<>();

    PipelineTables(Vertx vertx, Pool pool, String pipeline, VerifyConfig config, Duration clockTolerance) {
        this.clockTolerance = clockTolerance;
        this.pipeline = pipeline;
        this.target = LookSession.open("the target database", pool::getConnection);
        this.source = config.source().url().isPresent() ? SourceDatabase.open(vertx, config.source()) : null;
        Row there = target.one("looking for duet.mirror", "select to_regclass('duet.mirror') is not null");
        if (!there.getBoolean(0)) {
            throw new NotFoundException(
                    "the target database has no tables of Duet yet (schema duet): start the service first");
        }
        for (Row row : target.ask("reading duet.mirror", TARGETS, pipeline)) {
            TableId table = new TableId(row.getString(0), row.getString(1));
            names.put(table.toString(), table);
            Optional<TargetName> mirror = row.getBoolean(4)
                    ? mirrors.getOrDefault(table.toString(), Optional.empty())
                    : Optional.of(new TargetName(row.getString(2), row.getString(3)));
            mirrors.put(table.toString(), mirror);
        }
    }

    @Override
    public List<TableId> tables() {
        return List.copyOf(names.values());
    }

    @Override
    public List<MirrorColumn> mirror(TableId table) {
        Optional<TargetName> name = mirrors.get(table.toString());
        if (name == null) {
            throw new NotFoundException(
                    "the pipeline " + pipeline + " has no table " + table + "; it has " + names.keySet());
        }
        if (name.isEmpty()) {
            return List.of();
        }
        List<String> key = key(name.get());
        Set<String> added = new HashSet<>();
        target.ask(
                        "reading duet.source_column",
                        ADDED,
                        name.get().schema(),
                        name.get().table())
                .forEach(row -> added.add(row.getString(0)));
        List<MirrorColumn> columns = new ArrayList<>();
        mirrorColumns(name.get())
                .forEach((column, of) -> columns.add(
                        new MirrorColumn(column, of.type(), key.indexOf(column), of.late() || added.contains(column))));
        return columns;
    }

    @Override
    public Optional<SourceServer> source() {
        return Optional.ofNullable(source);
    }

    @Override
    public TablePair pair(TableId table) {
        LookSession session = java.util.Objects.requireNonNull(source).session();
        TargetName name =
                mirrors.getOrDefault(table.toString(), Optional.empty()).orElseThrow();
        TargetName there = new TargetName(table.schema(), table.table());
        Map<String, SourceColumn> sources = SourceColumn.of(session, there);
        if (sources.isEmpty()) {
            throw new NotFoundException("the source database has no table " + there);
        }
        for (LookSession of : List.of(session, target)) {
            String encoding = of.one("reading the encoding", ENCODING).getString(0);
            if (!encoding.equals("UTF8")) {
                throw new NotFoundException(
                        "a database with the encoding " + encoding + " hashes other bytes than one with UTF8");
            }
        }
        Map<String, SourceColumn> mirrored = mirrorColumns(name);
        List<NotCompared> notCompared = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        List<String> sourceTexts = new ArrayList<>();
        List<String> mirrorTexts = new ArrayList<>();
        mirrored.forEach((column, of) -> {
            SourceColumn from = sources.get(column);
            String obstacle = from == null ? "the source has no such column (any more)" : from.obstacle(of);
            if (from == null || obstacle != null) {
                notCompared.add(new NotCompared(column, "source", String.valueOf(obstacle)));
                return;
            }
            String quoted = "t." + TargetName.quote(column);
            columns.add(column);
            sourceTexts.add(from.text(of, quoted));
            mirrorTexts.add(CanonicalSql.text(of.type(), quoted));
        });
        sources.keySet().stream()
                .filter(column -> !mirrored.containsKey(column))
                .forEach(column -> notCompared.add(new NotCompared(column, "source", "the mirror has no such column")));
        List<String> key = key(name);
        for (String column : key) {
            if (!columns.contains(column)) {
                throw new NotFoundException("the key's column \"" + column + "\" can't be compared");
            }
        }
        return new TablePair(
                table(session, there, key, sources, sourceTexts),
                table(target, name, key, mirrored, mirrorTexts),
                key.stream().allMatch(column -> of(sources, column).isOrderedAs(of(mirrored, column))),
                columns,
                notCompared);
    }

    private static LookedTable table(
            LookSession session,
            TargetName name,
            List<String> key,
            Map<String, SourceColumn> columns,
            List<String> texts) {
        return new LookedTable(session, name, keyOf(key, columns), texts, CanonicalSql.rowHash(texts, List.of()));
    }

    private static List<KeyColumn> keyOf(List<String> key, Map<String, SourceColumn> columns) {
        return key.stream()
                .map(column -> new KeyColumn(column, of(columns, column).type()))
                .toList();
    }

    private static SourceColumn of(Map<String, SourceColumn> columns, String name) {
        return java.util.Objects.requireNonNull(columns.get(name));
    }

    @Override
    public HashedTable mirror(TableId table, List<LogField> fields) {
        TargetName name =
                mirrors.getOrDefault(table.toString(), Optional.empty()).orElseThrow();
        Map<String, SourceColumn> columns = mirrorColumns(name);
        List<String> all = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        List<String> separate = new ArrayList<>();
        for (LogField field : fields) {
            String text = CanonicalSql.nullif(
                    CanonicalSql.logText(of(columns, field.name()).type(), "t." + TargetName.quote(field.name())),
                    field.asNull());
            all.add(text);
            (field.separate() ? separate : rest).add(text);
        }
        return new LookedTable(target, name, keyOf(key(name), columns), all, CanonicalSql.rowHash(rest, separate));
    }

    @Override
    public Optional<HashedTable> source(TableId table, List<LogField> fields) {
        if (source == null) {
            return Optional.empty();
        }
        TargetName name =
                mirrors.getOrDefault(table.toString(), Optional.empty()).orElseThrow();
        TargetName there = new TargetName(table.schema(), table.table());
        Map<String, SourceColumn> mirrored = mirrorColumns(name);
        Map<String, SourceColumn> sources = SourceColumn.of(source.session(), there);
        List<String> rest = new ArrayList<>();
        List<String> separate = new ArrayList<>();
        for (LogField field : fields) {
            SourceColumn from = sources.get(field.name());
            SourceColumn to = of(mirrored, field.name());
            if (from == null || from.obstacle(to) != null) {
                return Optional.empty();
            }
            String text = CanonicalSql.nullif(from.logText(to, "t." + TargetName.quote(field.name())), field.asNull());
            (field.separate() ? separate : rest).add(text);
        }
        return Optional.of(new LookedTable(
                source.session(), there, keyOf(key(name), sources), rest, CanonicalSql.rowHash(rest, separate)));
    }

    private Map<String, SourceColumn> mirrorColumns(TargetName name) {
        Map<String, SourceColumn> columns = SourceColumn.of(target, name);
        columns.remove(TableSql.LSN);
        columns.remove(TableSql.SOURCE_TS);
        return columns;
    }

    private List<String> key(TargetName name) {
        TreeMap<Integer, String> key = new TreeMap<>();
        for (Row row : target.ask("reading the key of " + name, Catalog.QUERY, name.schema(), name.table())) {
            Integer place = row.getInteger(2);
            if (place != null && place < row.getInteger(3)) {
                key.put(place, row.getString(0));
            }
        }
        return List.copyOf(key.values());
    }

    @Override
    public Map<TopicPartition, Long> delivered() {
        RowSet<Row> rows = target.ask("reading the positions of " + pipeline, DELIVERED, pipeline);
        Map<TopicPartition, Long> delivered = new HashMap<>();
        rows.forEach(row -> delivered.put(new TopicPartition(row.getString(0), row.getInteger(1)), row.getLong(3)));
        return delivered;
    }

    @Override
    public Duration clockTolerance() {
        return clockTolerance;
    }

    @Override
    public void close() {
        target.close();
        if (source != null) {
            source.close();
        }
    }
}
