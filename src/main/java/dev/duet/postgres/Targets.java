package dev.duet.postgres;

import dev.duet.change.Names;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.failpoint.FailPoint;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The target tables in use: each schema of a source table is checked once; its tables are made where they are missing, and made fit where
 * the source has changed and the policy allows it. All of that is one transaction under an advisory lock, and what is done already is not
 * done again: several instances may prepare at once, and a crash leaves all or nothing.
 */
final class Targets {
    private static final Logger LOG = Logger.getLogger(Targets.class);
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
    private final Modes modes;
    private final SchemaPolicy.ByTable policies;
    private final ConcurrentMap<TableSchema, Target> known = new ConcurrentHashMap<>();
    /** What is known of each mirror, shared by the targets of all its schemas: a later one may change what an earlier one means. */
    private final ConcurrentMap<TargetName, AtomicReference<SourceColumns>> columns = new ConcurrentHashMap<>();

    Targets(String pipeline, Transactions transactions, PostgresConfig config, SchemaPolicy.ByTable policies) {
        this.policies = policies;
        this.pipeline = pipeline;
        this.transactions = transactions;
        this.template = new TableTemplate(config.table());
        this.modes = new Modes(config);
    }

    /** The target of a schema that {@link #prepare} has been called with. */
    Target of(TableSchema schema) {
        return Objects.requireNonNull(known.get(schema), "the schema was not prepared");
    }

    /**
     * Completes when all are ready to be written; at once if all are known.
     *
     * @param schemas with the LSN of a change of each
     */
    Future<Void> prepare(Map<TableSchema, Long> schemas) {
        Future<Void> done = Future.succeededFuture();
        for (Map.Entry<TableSchema, Long> schema : schemas.entrySet()) {
            if (!known.containsKey(schema.getKey())) {
                done = done.compose(before -> new Preparation(schema.getKey(), schema.getValue()).run())
                        .recover(error -> Future.failedFuture(
                                error instanceof TableStoppedException stop
                                        ? new SchemaBoundary(
                                                stop, change -> change.schema().equals(schema.getKey()))
                                        : error));
            }
        }
        return done;
    }

    /** After a failure: the tables are checked again before the next write. */
    void forget(Collection<TableSchema> schemas) {
        schemas.forEach(known::remove);
    }

    /** One schema on its way to its targets. */
    private final class Preparation {
        private final TableSchema schema;
        private final TableId table;
        private final TargetName name;
        private final SchemaPolicy policy;
        private final long lsn;
        private final PostgresConfig.Mode mode;
        private boolean altered;

        Preparation(TableSchema schema, long lsn) {
            this.schema = schema;
            this.table = schema.table();
            this.name = template.target(table);
            this.policy = policies.of(schema.source());
            this.mode = modes.of(schema.source());
            this.lsn = lsn;
        }

        Future<Void> run() {
            TargetCheck.names(schema, name, mode);
            return transactions
                    .runSteps(
                            "preparing the target of " + table,
                            table,
                            connection -> connection
                                    .query(ControlTables.LOCK)
                                    .execute()
                                    .compose(locked -> mode.mirrors() ? mirror(connection) : Future.succeededFuture())
                                    .compose(mirror -> mode.trails()
                                            ? trail(connection).map(mirror)
                                            : Future.succeededFuture(mirror)))
                    .onSuccess(this::ready)
                    .mapEmpty();
        }

        private Future<@Nullable SourceColumns> mirror(SqlConnection connection) {
            return made(connection, name, TableSql::createMirror, true)
                    .map(found -> TargetCheck.mirror(schema, name, found))
                    .compose(found -> SourceColumns.note(connection, name, schema, lsn, found))
                    .map(noted -> {
                        TargetCheck.notBrought(schema, name, noted);
                        return noted;
                    });
        }

        private Future<Catalog> trail(SqlConnection connection) {
            return made(connection, name.trail(), TableSql::createTrail, false)
                    .map(found -> TargetCheck.trail(schema, name.trail(), found));
        }

        private void ready(@Nullable SourceColumns mirror) {
            if (altered) {
                FailPoint.TARGET_ALTERED.reached();
            }
            AtomicReference<SourceColumns> shared = null;
            if (mirror != null) {
                mirror.altered()
                        .forEach(column -> LOG.warnf(
                                "table=%s event=source-column-altered column=\"%s\" change=\"%s\" reason=\"ALTER TABLE can change the values of"
                                        + " all rows without an event: rows that the source has not written since keep theirs in the mirror. If"
                                        + " it did, send them again: duet snapshot %s (docs/schema-changes.md)\"",
                                table, column.column(), column.what(), Names.of(table)));
                shared = columns.computeIfAbsent(name, n -> new AtomicReference<>());
                shared.set(mirror);
            }
            known.put(
                    schema,
                    new Target(
                            shared == null ? null : new Target.Mirror(name, schema, policy, shared),
                            mode.trails() ? Target.Trail.of(name.trail(), schema) : null));
        }

        /** The catalog's view of the table, which is made and registered if it is missing, and altered if the source was. */
        private Future<Catalog> made(
                SqlConnection connection,
                TargetName target,
                BiFunction<TargetName, TableSchema, String> create,
                boolean defaults) {
            return read(connection, target)
                    .compose(found -> found.exists()
                            ? evolved(connection, target, found, defaults)
                            : makeSchema(connection, target)
                                    .compose(made -> connection
                                            .query(create.apply(target, schema))
                                            .execute())
                                    .compose(made -> read(connection, target)))
                    .compose(found -> register(connection, schema, target).map(found));
        }

        private Future<Catalog> evolved(SqlConnection connection, TargetName target, Catalog found, boolean defaults) {
            List<Evolution.Step> steps = Evolution.of(schema, found, policy);
            if (steps.isEmpty()) {
                return Future.succeededFuture(found);
            }
            altered = true;
            return new Alteration(connection, table, target, defaults)
                    .run(steps)
                    .compose(done -> read(connection, target));
        }
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
