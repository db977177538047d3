package dev.duet.postgres;

import dev.duet.delivery.RetriableException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * Duet's own tables in schema {@code duet}: makes what is missing, under an advisory lock, so that several instances may start at once.
 * Where nothing is missing no privilege to create is needed.
 *
 * <pre>
 * duet.position  where each partition of each pipeline stands, and its ledger
 * duet.mirror    which source table fills which target table, and the LSN of its last truncate (the floor)
 * </pre>
 *
 * <p>Pages are filled by half: each batch rewrites the same few rows, and with room on the page no index entry is written.
 */
final class ControlTables {
    /** Held while Duet changes a schema; "duet" as a number. */
    static final String LOCK = "select pg_advisory_xact_lock(1685415284)";

    private static final String STATE = """
            select to_regnamespace('duet') is not null,
              exists (select from pg_class where relnamespace = to_regnamespace('duet') and relname = 'position'),
              exists (select from pg_class where relnamespace = to_regnamespace('duet') and relname = 'mirror')""";

    private static final String POSITION = """
            create table duet.position (
              pipeline text not null, topic text not null, partition int not null,
              applied_next bigint not null, delivered_next bigint not null,
              applied bigint not null, skipped bigint not null, filtered bigint not null, dead_lettered bigint not null,
              updated_at timestamptz not null, primary key (pipeline, topic, partition)
            ) with (fillfactor = 50)""";

    private static final String MIRROR = """
            create table duet.mirror (
              target_schema text not null, target_table text not null, pipeline text not null,
              source_schema text not null, source_table text not null, floor_lsn bigint not null,
              primary key (target_schema, target_table)
            ) with (fillfactor = 50)""";

    private final Transactions transactions;
    private volatile boolean ready;

    ControlTables(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Completes when the tables exist; asks the server only until they do. */
    Future<Void> ensure() {
        if (ready) {
            return Future.succeededFuture();
        }
        String doing = "looking for Duet's control tables (schema duet)";
        return transactions
                .read(doing, STATE, Tuple.tuple())
                .compose(
                        state -> missing(state.iterator().next()).isEmpty() ? Future.<Void>succeededFuture() : create())
                .onSuccess(done -> ready = true);
    }

    /** The tables may be gone: the server was set back, or failed over to one that never had them. */
    void lookAgain() {
        ready = false;
    }

    private Future<Void> create() {
        return transactions
                .runSteps(
                        "creating Duet's control tables (schema duet)",
                        null,
                        connection -> connection
                                .query(LOCK)
                                .execute()
                                .compose(locked -> connection.query(STATE).execute())
                                .compose(state -> execute(
                                        connection, missing(state.iterator().next()))))
                .recover(error -> Future.failedFuture(
                        error instanceof RetriableException
                                ? new RetriableException(error.getMessage()
                                        + " To create the tables the role needs CREATE on the database, once.")
                                : error));
    }

    private static List<String> missing(Row state) {
        List<String> statements = new ArrayList<>();
        if (!state.getBoolean(0)) {
            statements.add("create schema duet");
        }
        if (!state.getBoolean(1)) {
            statements.add(POSITION);
            statements.add("comment on table duet.position is 'Duet control tables, version 1'");
        }
        if (!state.getBoolean(2)) {
            statements.add(MIRROR);
        }
        return statements;
    }

    static Future<Void> execute(SqlConnection connection, List<String> statements) {
        Future<Void> done = Future.succeededFuture();
        for (String statement : statements) {
            done = done.compose(before -> connection.query(statement).execute().mapEmpty());
        }
        return done;
    }
}
