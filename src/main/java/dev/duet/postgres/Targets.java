package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;

/** The target tables in use: each schema of a source table is checked once, its tables are made where they are missing. */
final class Targets {
    private static final String REGISTER = """
            insert into duet.mirror
              (target_schema, target_table, pipeline, source_schema, source_table, floor_lsn, unsettled_since)
            select $1, $2, $3, $4, $5, 0, (select max(unsettled_since) from duet.mirror where pipeline = $3)
            on conflict do nothing""";
    private static final String REGISTERED = """
            select pipeline, source_schema, source_table from duet.mirror where target_schema = $1 and target_table = $2""";
    private static final String HAS_SCHEMA = "select exists (select from pg_namespace where nspname = $1)";

    private final String pipeline;
    private final Transactions transactions;
    private final TableTemplate template;
    private final PostgresConfig.Mode mode;
    private final ConcurrentMap<TableSchema, Target> known = new ConcurrentHashMap<>();

    Targets(String pipeline, Transactions transactions, PostgresConfig config) {
        this.pipeline = pipeline;
        this.transactions = transactions;
        this.template = new TableTemplate(config.table());
        this.mode = config.mode();
    }

    /** The target of a schema that {@link #prepare} has been called with. */
    Target of(TableSchema schema) {
        return Objects.requireNonNull(known.get(schema), "the schema was not prepared");
    }

    /** Completes when all are ready to be written; at once if all are known. */
    Future<Void> prepare(Collection<TableSchema> schemas) {
        Future<Void> done = Future.succeededFuture();
        for (TableSchema schema : schemas) {
            if (!known.containsKey(schema)) {
                done = done.compose(before -> check(schema));
            }
        }
        return done;
    }

    /** After a failure: the tables are checked again before the next write. */
    void forget(Collection<TableSchema> schemas) {
        schemas.forEach(known::remove);
    }

    private Future<Void> check(TableSchema schema) {
        TableId table = schema.table();
        TargetName name = template.target(table);
        TargetCheck.names(schema, name, mode);
        return transactions
                .runSteps(
                        "preparing the target of " + table,
                        table,
                        connection -> connection
                                .query(ControlTables.LOCK)
                                .execute()
                                .compose(locked -> mode.mirrors()
                                        ? made(connection, schema, name, TableSql::createMirror)
                                                .map(found -> TargetCheck.mirror(schema, name, found))
                                        : Future.succeededFuture())
                                .compose(checked -> mode.trails()
                                        ? made(connection, schema, name.trail(), TableSql::createTrail)
                                                .map(found -> TargetCheck.trail(schema, name.trail(), found))
                                        : Future.succeededFuture()))
                .onSuccess(done -> known.put(
                        schema,
                        new Target(
                                mode.mirrors() ? new Target.Mirror(name, schema) : null,
                                mode.trails() ? Target.Trail.of(name.trail(), schema) : null)))
                .mapEmpty();
    }

    /** The catalog's view of the table, which is made and registered if it is missing. */
    private Future<Catalog> made(
            SqlConnection connection,
            TableSchema schema,
            TargetName name,
            BiFunction<TargetName, TableSchema, String> create) {
        return read(connection, name)
                .compose(found -> found.exists()
                        ? Future.succeededFuture(found)
                        : makeSchema(connection, name)
                                .compose(made -> connection
                                        .query(create.apply(name, schema))
                                        .execute())
                                .compose(made -> read(connection, name)))
                .compose(found -> register(connection, schema, name).map(found));
    }

    private static Future<Catalog> read(SqlConnection connection, TargetName name) {
        return Catalog.read((sql, parameters) -> connection.preparedQuery(sql).execute(parameters), name);
    }

    /** Asks first: {@code create schema if not exists} wants the privilege even where nothing is to be done. */
    private static Future<Void> makeSchema(SqlConnection connection, TargetName name) {
        return connection
                .preparedQuery(HAS_SCHEMA)
                .execute(Tuple.of(name.schema()))
                .compose(exists -> exists.iterator().next().getBoolean(0)
                        ? Future.succeededFuture()
                        : ControlTables.execute(
                                connection, List.of("create schema " + TargetName.quote(name.schema()))));
    }

    /** A target belongs to one source table of one pipeline; two would overwrite each other's rows. */
    private Future<Void> register(SqlConnection connection, TableSchema schema, TargetName name) {
        TableId source = schema.source();
        return connection
                .preparedQuery(REGISTER)
                .execute(Tuple.of(name.schema(), name.table(), pipeline, source.schema(), source.table()))
                .compose(registered ->
                        connection.preparedQuery(REGISTERED).execute(Tuple.of(name.schema(), name.table())))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    TableId owner = new TableId(row.getString(1), row.getString(2));
                    if (!owner.equals(source) || !pipeline.equals(row.getString(0))) {
                        throw new TableStoppedException(
                                schema.table(),
                                "the target " + name + " already belongs to the source table " + owner + " of pipeline "
                                        + row.getString(0) + " (duet.mirror), so " + source + " of pipeline " + pipeline
                                        + " can't be written to it. Change duet.postgres.table (or the route of a duet.transform) so that each source table"
                                        + " has a target of its own.");
                    }
                    return null;
                });
    }
}
