package dev.duet.postgres;

import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.Mirrors;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.Rows;
import dev.duet.inspect.UnreachableException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks into the mirrors of one pipeline. */
final class MirrorTables implements Mirrors {
    /** A trail is told by its column. */
    private static final String TABLES = """
            select m.source_schema, m.source_table from duet.mirror m, to_regclass(format('%I.%I', m.target_schema, m.target_table)) c
            where m.pipeline = $1 and c is not null and not exists (
              select from pg_attribute a where a.attrelid = c and a.attname = '__offset' and not a.attisdropped) order by 1, 2""";

    private final String pipeline;
    private final Transactions transactions;
    private final TargetTables targets;
    private final TableTemplate template;

    MirrorTables(String pipeline, Pool pool, PostgresConfig config) {
        this.pipeline = pipeline;
        this.transactions = new Transactions(pool, config);
        this.targets = new TargetTables(pool, config);
        this.template = new TableTemplate(config.table());
    }

    @Override
    public List<TableId> tables() {
        List<TableId> tables = new ArrayList<>();
        if (!isThere(transactions, "duet.mirror")) {
            return tables;
        }
        answer(transactions
                        .read("reading the mirrors of " + pipeline, TABLES, Tuple.of(pipeline))
                        .toCompletionStage())
                .forEach(row -> tables.add(new TableId(row.getString(0), row.getString(1))));
        return tables;
    }

    @Override
    public TableSchema schema(TableId table) {
        return answer(targets.find(table))
                .orElseThrow(() -> new NotFoundException("there is no mirror of " + table + " in PostgreSQL ("
                        + template.target(table) + "); this pipeline has those of " + tables()));
    }

    @Override
    public void sample(TableId table, int limit, Rows to) {
        TargetName name = template.target(table);
        Catalog found = answer(Catalog.read(
                        (sql, parameters) -> transactions.read("reading the columns of " + name, sql, parameters), name)
                .toCompletionStage());
        if (!found.exists()) {
            throw new NotFoundException("there is no mirror of " + table + " in PostgreSQL (" + name + ")");
        }
        to.columns(found.columns().stream()
                .map(column ->
                        new LogColumn(column.name(), column.typeName(), !column.notNull(), isAdded(column.name())))
                .toList());
        String columns = found.columns().stream().map(MirrorTables::text).collect(Collectors.joining(", "));
        String select = "select " + columns + " from " + name.quoted() + " limit $1";
        RowSet<Row> rows = answer(transactions
                .runSteps("looking at rows of " + name, table, connection -> inUtc(connection, select, limit))
                .toCompletionStage());
        for (Row row : rows) {
            List<@Nullable String> values = new ArrayList<>(row.size());
            for (int i = 0; i < row.size(); i++) {
                values.add(row.getString(i));
            }
            if (!to.row(values)) {
                return;
            }
        }
    }

    @Override
    public boolean isFedBySource(TableId table) {
        TargetName name = template.target(table);
        if (!isThere(transactions, "duet.mirror")) {
            return false;
        }
        String sql = "select exists (select from " + name.quoted()
                + " where \"__lsn\" > 0) or exists (select from duet.mirror"
                + " where target_schema = $1 and target_table = $2 and floor_lsn > 0)";
        return answer(transactions
                        .read("looking for rows of the source in " + name, sql, Tuple.of(name.schema(), name.table()))
                        .toCompletionStage())
                .iterator()
                .next()
                .getBoolean(0);
    }

    @Override
    public BitSet same(TableSchema schema, List<dev.duet.change.Row> rows) {
        TargetName name = template.target(schema.table());
        List<RowChange> changes = rows.stream()
                .map(row -> new RowChange(
                        schema, Op.READ, row, new SourcePosition(0, 0, 0), new TopicPartition("import", 0), 0, 0))
                .toList();
        Tuple tuple = Tuple.tuple();
        for (int column = 0; column < schema.columns().size(); column++) {
            tuple.addValue(TableWriter.column(schema, column, changes));
        }
        BitSet same = new BitSet(rows.size());
        answer(transactions
                        .read("comparing rows with " + name, TableSql.same(schema, name), tuple)
                        .toCompletionStage())
                .forEach(row -> same.set(Math.toIntExact(row.getLong(0) - 1)));
        return same;
    }

    private static Future<RowSet<Row>> inUtc(SqlConnection connection, String select, int limit) {
        return connection
                .query("set local timezone to 'UTC'; set local datestyle to 'ISO'")
                .execute()
                .compose(set -> connection.preparedQuery(select).execute(Tuple.of((long) limit)));
    }

    private static boolean isAdded(String column) {
        return column.equals(TableSql.LSN) || column.equals(TableSql.SOURCE_TS);
    }

    private static String text(Catalog.CatalogColumn column) {
        String quoted = TargetName.quote(column.name());
        return column.typeName().endsWith("[]") ? "to_json(" + quoted + ")::text" : quoted + "::text";
    }

    /** Whether a control table has been made: before the service's first start there are none. */
    static boolean isThere(Transactions transactions, String controlTable) {
        return answer(transactions
                        .read(
                                "looking for " + controlTable,
                                "select to_regclass($1) is not null",
                                Tuple.of(controlTable))
                        .toCompletionStage())
                .iterator()
                .next()
                .getBoolean(0);
    }

    /** Waits. */
    static <T> T answer(CompletionStage<T> question) {
        try {
            return question.toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException retriable) {
                throw new UnreachableException(String.valueOf(retriable.getMessage()));
            }
            if (e.getCause() instanceof TableStoppedException stopped) {
                throw new NotFoundException(String.valueOf(stopped.getMessage()));
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while waiting for PostgreSQL");
        }
    }
}
