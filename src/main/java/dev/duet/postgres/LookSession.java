package dev.duet.postgres;

import dev.duet.inspect.UnreachableException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * One connection on which statements run one after the other, with the settings under which values have one text. Read-only: what it is
 * asked for can't change the database. Blocks.
 */
final class LookSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LookSession.class);
    private static final int CONNECT_SECONDS = 20;
    private static final int CLOSE_SECONDS = 2;
    private static final int STATEMENT_SECONDS = 600;
    private static final String SETTINGS = """
            set default_transaction_read_only = on; set datestyle = 'ISO, MDY'; set timezone = 'UTC';
            set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1; set search_path = pg_catalog, public;
            set lock_timeout = '10s'; set statement_timeout = '%ds'""".formatted(STATEMENT_SECONDS);

    private final String name;
    private final SqlConnection connection;

    private LookSession(String name, SqlConnection connection) {
        this.name = name;
        this.connection = connection;
    }

    /**
     * @param name of the database, for errors
     * @throws UnreachableException if there is no connection to be had
     */
    static LookSession open(String name, Supplier<Future<SqlConnection>> connect) {
        SqlConnection connection = await(name, "connecting", connect.get(), CONNECT_SECONDS);
        LookSession session = new LookSession(name, connection);
        try {
            await(name, "setting up the session", connection.query(SETTINGS).execute(), CONNECT_SECONDS);
        } catch (UnreachableException e) {
            session.close();
            throw e;
        }
        return session;
    }

    RowSet<Row> ask(String doing, String sql, Object... parameters) {
        return await(
                name,
                doing,
                connection.preparedQuery(sql).execute(Tuple.tuple(List.of(parameters))),
                STATEMENT_SECONDS + 20);
    }

    /** A statement that a read-only session must not run, in a transaction of its own. */
    void act(String doing, String sql) {
        await(
                name,
                doing,
                connection
                        .query("begin read write; " + sql + "; commit")
                        .execute()
                        .onFailure(
                                error -> connection.query("rollback").execute().onComplete(done -> {})),
                CONNECT_SECONDS);
    }

    Row one(String doing, String sql, Object... parameters) {
        return ask(doing, sql, parameters).iterator().next();
    }

    private static <T> T await(String name, String doing, Future<T> answer, int seconds) {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable known = SqlErrors.of(e.getCause() == null ? e : e.getCause(), doing + " (" + name + ")", null);
            throw new UnreachableException(String.valueOf(known.getMessage()));
        } catch (TimeoutException e) {
            throw new UnreachableException(name + " gave no answer within " + seconds + " s while " + doing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while " + doing);
        }
    }

    /**
     * The pool may hand it out again: as it was. Waits for the end, for a moment at most: a command ends the process next, and its event loop
     * with it.
     */
    @Override
    public void close() {
        try {
            var unused = connection
                    .query("reset all")
                    .execute()
                    .eventually(() -> connection.close())
                    .otherwiseEmpty()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf("a session with %s was not closed in time", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
