package dev.duet.postgres;

import static dev.duet.postgres.TargetName.quote;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the {@link Evolution} of one target in one ALTER TABLE, in the caller's transaction: a table that must be rewritten is so
 * once. The caller holds {@link ControlTables#LOCK} and has looked at the catalog under it, so another instance finds it done.
 *
 * <p>An added column gets the source's default, which the server turns into a literal: rows that were there before the column have it
 * in the source too, though no event says so.
 */
final class Alteration {
    private static final Logger LOG = Logger.getLogger(Alteration.class);
    private static final String CANCELED = "57014";
    private static final String NO_PRIVILEGE = "42501";

    private final SqlConnection connection;
    private final TableId table;
    private final TargetName name;
    private final boolean defaults;

    /** @param defaults whether added columns get the source's default: a mirror's do, a trail's rows stay as they were written */
    Alteration(SqlConnection connection, TableId table, TargetName name, boolean defaults) {
        this.connection = connection;
        this.table = table;
        this.name = name;
        this.defaults = defaults;
    }

    /** Fails with {@link TableStoppedException} if the server refuses: with the statement, which another role may carry out. */
    Future<Void> run(List<Evolution.Step> steps) {
        Future<List<String>> clauses = Future.succeededFuture(new ArrayList<>());
        for (Evolution.Step step : steps) {
            clauses = clauses.compose(before -> clause(step).map(clause -> {
                before.add(clause);
                return before;
            }));
        }
        return clauses.compose(all -> {
                    String statement = "ALTER TABLE " + name.quoted() + " " + String.join(", ", all);
                    return connection
                            .query(statement)
                            .execute()
                            .<Void>mapEmpty()
                            .recover(error -> refused(error, steps));
                })
                .onSuccess(done -> altered(steps));
    }

    private void altered(List<Evolution.Step> steps) {
        LOG.infof("table=%s event=target-altered statement=\"%s\"", table, shown(steps));
        for (Evolution.Step step : steps) {
            if (defaults && step instanceof Evolution.Step.Add(Column column) && isUnknown(column)) {
                LOG.warnf(
                        "table=%s event=default-unknown column=\"%s\" reason=\"the source gave its old rows values that no event"
                                + " tells; they are null in the mirror until a snapshot by signal\"",
                        table, column.name());
            }
        }
    }

    private static boolean isUnknown(Column column) {
        return column.defaultValue() == Column.UNKNOWN_DEFAULT;
    }

    private Future<String> clause(Evolution.Step step) {
        return switch (step) {
            case Evolution.Step.Widen(String column, ColumnType type) -> Future.succeededFuture(clause(column, type));
            case Evolution.Step.Add(Column column) ->
                defaults && column.defaultValue() != null && !isUnknown(column)
                        ? literal(column.type(), column.defaultValue())
                                .map(literal -> clause(column) + " DEFAULT " + literal)
                        : Future.succeededFuture(clause(column));
        };
    }

    private static String clause(Column column) {
        return "ADD COLUMN " + quote(column.name()) + " " + ColumnBinding.sqlType(column.type());
    }

    private static String clause(String column, ColumnType type) {
        return "ALTER COLUMN " + quote(column) + " TYPE " + ColumnBinding.sqlType(type);
    }

    /** A value as a literal of its type: quoted by the server, which knows its own settings. */
    private Future<String> literal(ColumnType type, Object value) {
        @Nullable Object[] one = ColumnBinding.array(type, 1, i -> value);
        return connection
                .preparedQuery("select quote_literal((" + ColumnBinding.expression(type, "u.c")
                        + ")::text) from unnest($1::" + ColumnBinding.elementType(type) + "[]) as u(c)")
                .execute(Tuple.tuple().addValue(one))
                .map(rows -> rows.iterator().next().getString(0));
    }

    private Future<Void> refused(Throwable error, List<Evolution.Step> steps) {
        if (!(error instanceof PgException pg)) {
            return Future.failedFuture(error);
        }
        String state = String.valueOf(pg.getSqlState());
        Throwable known = SqlErrors.of(error, "altering " + name, table);
        if (known instanceof RetriableException && !state.equals(CANCELED) && !state.equals(NO_PRIVILEGE)) {
            return Future.failedFuture(known);
        }
        String why = switch (state) {
            case CANCELED ->
                "it took longer than duet.postgres.statement-timeout (a big table is rewritten when a type changes)";
            case NO_PRIVILEGE -> "the role of Duet does not own the table";
            default -> SqlErrors.describe(pg);
        };
        return Future.failedFuture(new TableStoppedException(
                table,
                "the target " + name + " of " + table + " could not be altered as its source was: " + why
                        + ". It goes on by itself after" + withDefault(steps) + ": " + shown(steps)));
    }

    /** Errors hold no values; that a default is due is said all the same. */
    private String withDefault(List<Evolution.Step> steps) {
        boolean due = defaults
                && steps.stream()
                        .anyMatch(step ->
                                step instanceof Evolution.Step.Add(Column column) && column.defaultValue() != null);
        return due ? " (give added columns the source's DEFAULT: old rows have it there)" : "";
    }

    /** Without defaults: they are values. */
    private String shown(List<Evolution.Step> steps) {
        List<String> clauses = new ArrayList<>();
        for (Evolution.Step step : steps) {
            clauses.add(
                    switch (step) {
                        case Evolution.Step.Add(Column column) -> clause(column);
                        case Evolution.Step.Widen(String column, ColumnType type) -> clause(column, type);
                    });
        }
        return "ALTER TABLE " + name.quoted() + " " + String.join(", ", clauses);
    }
}
