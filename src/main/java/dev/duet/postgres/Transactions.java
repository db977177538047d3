package dev.duet.postgres;

import dev.duet.change.TableId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions in two round trips: BEGIN and all statements are sent without waiting (the connection keeps their order), and when
 * all have succeeded, COMMIT.
 *
 * <p>COMMIT is not sent along with the statements, though the server would turn it into a rollback after one of its own errors: a
 * parameter that the client can't encode is never sent, so the server would commit without that statement; and a row count has to be
 * checked first.
 *
 * <p>A server or role that sets {@code synchronous_commit = off} is overruled, for these transactions alone: what is acknowledged must
 * outlive a crash of the server. Other values are left as they are.
 *
 * <p>No transaction stays open: after a failure it is rolled back, and if that fails too or an answer is overdue, the connection is
 * closed. Then the server rolls back, at the latest when the statement timeout strikes. It strikes between statements too: a process
 * that is frozen, or whose host has vanished, would otherwise hold the locks on its positions for as long as its connection seems alive.
 */
final class Transactions {
    private static final int ROLLBACK_SECONDS = 5;

    private final Pool pool;
    private final String begin;
    private final long limitMillis;

    /** @throws IllegalArgumentException if the time limits make no sense */
    Transactions(Pool pool, PostgresConfig config) {
        if (!config.statementTimeout().isPositive()
                || !config.lockTimeout().isPositive()
                || config.writeTimeout().compareTo(config.statementTimeout()) <= 0) {
            throw new IllegalArgumentException("duet.postgres.statement-timeout (" + config.statementTimeout()
                    + ") and lock-timeout (" + config.lockTimeout() + ") must be positive, and write-timeout ("
                    + config.writeTimeout() + ") longer than the statement timeout");
        }
        this.pool = pool;
        this.begin = "BEGIN; SET LOCAL statement_timeout = "
                + config.statementTimeout().toMillis() + "; SET LOCAL lock_timeout = "
                + config.lockTimeout().toMillis() + "; SET LOCAL idle_in_transaction_session_timeout = "
                + config.statementTimeout().toMillis()
                + "; SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";
        this.limitMillis = config.writeTimeout().toMillis();
    }

    /** What one transaction does. */
    interface Work<T> {
        /** Sends all statements through the flight, without waiting. */
        void send(Flight flight);

        /** Sends what depends on the answers, if anything does: a further round trip. An exception rolls back. */
        default void sendMore(Flight flight) {}

        /** Looks at the answers when all have come; an exception rolls back. */
        T check();

        /** The source table of one of the transaction's targets, for what fails at COMMIT only; null if it is none. */
        default @Nullable TableId sourceOf(@Nullable String schema, @Nullable String target) {
            return null;
        }
    }

    /** Statements on their way, in order. */
    static final class Flight {
        private final SqlConnection connection;
        private final List<Sent> sent = new ArrayList<>();

        private Flight(SqlConnection connection) {
            this.connection = connection;
        }

        /** Sends a prepared statement about one table, or about none; its failure fails the transaction. */
        void send(@Nullable TableId table, String doing, String sql, Tuple parameters) {
            sent.add(new Sent(connection.preparedQuery(sql).execute(parameters), doing, table));
        }

        /** The same, for a statement whose answer is looked at in {@link Work#check}. */
        Future<RowSet<Row>> ask(@Nullable TableId table, String doing, String sql, Tuple parameters) {
            Future<RowSet<Row>> answer = connection.preparedQuery(sql).execute(parameters);
            sent.add(new Sent(answer, doing, table));
            return answer;
        }
    }

    private record Sent(
            Future<?> answer, String doing, @Nullable TableId table) {}

    /** Statements that need each other's answers, one after the other. */
    interface Steps<T> {
        Future<T> run(SqlConnection connection);
    }

    /**
     * Runs a transaction whose statements can all be sent at once.
     *
     * @param doing for errors
     */
    <T> Future<T> run(String doing, Work<T> work) {
        return connected(doing, connection -> {
            Flight flight = new Flight(connection);
            flight.sent.add(new Sent(connection.query(begin).execute(), doing, null));
            work.send(flight);
            return settled(flight.sent)
                    .compose(none -> {
                        Flight more = new Flight(connection);
                        work.sendMore(more);
                        return more.sent.isEmpty() ? Future.<Void>succeededFuture() : settled(more.sent);
                    })
                    .map(none -> work.check())
                    .compose(result -> commit(connection, doing, result, work::sourceOf));
        });
    }

    /** Runs a transaction step by step: for what happens once in the life of a table. */
    <T> Future<T> runSteps(String doing, @Nullable TableId table, Steps<T> steps) {
        return connected(
                doing,
                connection -> connection
                        .query(begin)
                        .execute()
                        .compose(begun -> steps.run(connection))
                        .recover(error -> Future.failedFuture(SqlErrors.of(error, doing, table)))
                        .compose(result -> commit(connection, doing, result, (schema, target) -> table)));
    }

    /** Reads with a single statement, outside of any transaction. */
    Future<RowSet<Row>> read(String doing, String sql, Tuple parameters) {
        return acquired(
                doing,
                connection -> connection
                        .preparedQuery(sql)
                        .execute(parameters)
                        .recover(error -> Future.failedFuture(SqlErrors.of(error, doing, null)))
                        .timeout(limitMillis, TimeUnit.MILLISECONDS)
                        .recover(error -> giveUpIfOverdue(connection, doing, error)));
    }

    /** A deferred constraint refuses here; the server says of which table. */
    private static <T> Future<T> commit(SqlConnection connection, String doing, T result, Sources sources) {
        return connection.query("COMMIT").execute().map(result).recover(error -> {
            TableId table = error instanceof PgException pg ? sources.of(pg.getSchema(), pg.getTable()) : null;
            return Future.failedFuture(SqlErrors.of(error, "committing, " + doing, table));
        });
    }

    private interface Sources {
        @Nullable
        TableId of(@Nullable String schema, @Nullable String target);
    }

    /** Waits for all answers; the first failure in order is the reason, those after it are only its consequences (SQLSTATE 25P02). */
    private static Future<Void> settled(List<Sent> sent) {
        return Future.join(sent.stream().map(Sent::answer).toList())
                .<Void>mapEmpty()
                .recover(any -> {
                    Sent first = sent.stream()
                            .filter(one -> one.answer().failed())
                            .findFirst()
                            .orElseThrow();
                    return Future.failedFuture(SqlErrors.of(first.answer().cause(), first.doing(), first.table()));
                });
    }

    private <T> Future<T> connected(String doing, Steps<T> transaction) {
        return acquired(
                doing,
                connection -> guarded(() -> transaction.run(connection))
                        .timeout(limitMillis, TimeUnit.MILLISECONDS)
                        .recover(error -> error instanceof TimeoutException
                                ? giveUpIfOverdue(connection, doing, error)
                                : rollback(connection).transform(any -> Future.failedFuture(error))));
    }

    /** A throw while statements are on their way must not skip the rollback. */
    private static <T> Future<T> guarded(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private <T> Future<T> acquired(String doing, Steps<T> steps) {
        Future<SqlConnection> acquired = pool.getConnection();
        return acquired.timeout(limitMillis, TimeUnit.MILLISECONDS)
                .recover(error -> {
                    acquired.onSuccess(SqlConnection::close); // one that comes after its time goes back to the pool
                    return Future.failedFuture(SqlErrors.ofConnect(error, doing));
                })
                .compose(connection -> {
                    connection.exceptionHandler(lost -> {}); // the statements fail with it: once is enough
                    return steps.run(connection)
                            .transform(outcome -> release(connection, outcome.failed())
                                    .transform(released -> outcome.succeeded()
                                            ? Future.succeededFuture(outcome.result())
                                            : Future.failedFuture(outcome.cause())));
                });
    }

    /**
     * Gives the connection back. After a failure it may be lost, and its statements fail before the pool hears of it, later in the same
     * turn of its event loop: given back at once it would be handed out again, dead.
     */
    private static Future<Void> release(SqlConnection connection, boolean failed) {
        SocketConnectionBase physical = failed ? physical(connection) : null;
        if (physical == null) {
            return connection.close().otherwiseEmpty();
        }
        Promise<Void> released = Promise.promise();
        physical.context()
                .runOnContext(nextTurn -> connection.close().otherwiseEmpty().onComplete(released));
        return released.future();
    }

    private static Future<Void> rollback(SqlConnection connection) {
        return connection
                .query("ROLLBACK")
                .execute()
                .<Void>mapEmpty()
                .timeout(ROLLBACK_SECONDS, TimeUnit.SECONDS)
                .recover(error -> kill(connection));
    }

    private static <T> Future<T> giveUpIfOverdue(SqlConnection connection, String doing, Throwable error) {
        Future<Void> closed = error instanceof TimeoutException ? kill(connection) : Future.succeededFuture();
        return closed.compose(done -> Future.failedFuture(SqlErrors.of(error, doing, null)));
    }

    /**
     * Closes the channel, so that the pool forgets the connection. The connection's own close only puts it back into the pool, and that
     * of its socket waits until all that was sent has left, which it never does in a network that swallows packets.
     */
    private static Future<Void> kill(SqlConnection connection) {
        SocketConnectionBase physical = physical(connection);
        if (physical == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        physical.socket().channelHandlerContext().channel().close().addListener(done -> closed.complete());
        return closed.future();
    }

    private static @Nullable SocketConnectionBase physical(SqlConnection connection) {
        return connection instanceof SqlConnectionInternal pooled
                        && pooled.unwrap().unwrap() instanceof SocketConnectionBase physical
                ? physical
                : null;
    }
}
