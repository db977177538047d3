package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a failure of the client or the server means to the delivery.
 *
 * <pre>
 * SQLSTATE                                         means
 * 08 40 53 57P0 58, 55P03 57014 25006 25P03 25P04  RetriableException: connection, conflict, resources, shutdown, time, failover
 * 42501                                            RetriableException: a GRANT heals it
 * others, in a statement about one table           TableStoppedException
 * others                                           a defect
 * </pre>
 *
 * <p>A {@link PgException} never becomes the cause of another exception: its detail and, in class 22, its message hold values.
 */
final class SqlErrors {
    private SqlErrors() {}

    /**
     * @param error what the client reported
     * @param doing what was tried, for the message: "writing public.fund (t-0@10..20)"
     * @param table the table that the failed statement is about, null if it is about none
     */
    static Throwable of(Throwable error, String doing, @Nullable TableId table) {
        return switch (error) {
            case PositionMovedException moved -> moved;
            case RetriableException retriable -> retriable;
            case TableStoppedException stopped -> stopped;
            case PgException pg -> of(pg, doing, table);
            case TimeoutException timeout ->
                new RetriableException("PostgreSQL gave no answer in time while " + doing
                        + "; the connection was closed. Whether the transaction was committed is not known.");
            case IOException io -> new RetriableException("PostgreSQL can't be reached while " + doing, io);
            case VertxException lost -> ofClient(lost, doing);
            case NoStackTraceThrowable lost -> ofClient(lost, doing);
            default -> error;
        };
    }

    /**
     * The client's own failures. A parameter that it can't encode is one of them: a defect, and its message holds the value. All others
     * are lost connections.
     */
    private static Throwable ofClient(Throwable error, String doing) {
        String message = String.valueOf(error.getMessage());
        if (message.startsWith("Parameter") || message.startsWith("The number of parameters")) {
            return new IllegalStateException("the client could not encode a parameter while " + doing);
        }
        return new RetriableException("the connection to PostgreSQL was lost while " + doing
                + ". Whether the transaction was committed is not known. (" + message + ")");
    }

    private static Throwable of(PgException error, String doing, @Nullable TableId table) {
        String state = stateOf(error);
        String message = "PostgreSQL refused while " + doing + ": " + describe(error);
        if (state.equals("42501")) {
            return new RetriableException(
                    message + ". The role of Duet lacks a privilege: GRANT it; the write is tried again until then.");
        }
        if (isRetriable(state)) {
            return new RetriableException(message);
        }
        if (table != null) {
            return new TableStoppedException(
                    table, message + ". The table stops here, nothing of this batch was written. " + advice(state));
        }
        return new IllegalStateException(message);
    }

    /** A failure to get a connection at all: whatever the reason (password, missing database, limits), it may heal. */
    static Throwable ofConnect(Throwable error, String doing) {
        if (error instanceof PgException pg) {
            return new RetriableException(
                    "PostgreSQL refused the connection that was needed for " + doing + ": " + describe(pg));
        }
        Throwable known = of(error, doing, null);
        return known instanceof RetriableException
                ? known
                : new RetriableException("no connection to PostgreSQL for " + doing, known);
    }

    private static String advice(String state) {
        if (state.equals("23503")) {
            return "Rows of different tables don't come in the source's order, so a foreign key between mirrors can't hold at"
                    + " each moment: drop it, then resume the table. (DEFERRABLE INITIALLY DEFERRED lets rows pass that come in"
                    + " one batch with what they refer to; others stop the table until that has come.)";
        }
        return switch (state.substring(0, 2)) {
            case "22" ->
                "A value of the source does not fit the target's column: widen the column, then resume the table.";
            case "23" ->
                "A constraint of the target table that the source does not have refuses a row: drop it, then resume the table.";
            case "42" ->
                "The target table differs from what Duet found when it began: correct it, then resume the table.";
            default -> "Correct the target table (triggers, rules, limits), then resume the table.";
        };
    }

    static boolean isRetriable(String state) {
        String group = state.length() < 2 ? "" : state.substring(0, 2);
        return switch (group) {
            case "08", "40", "53", "58" -> true;
            case "57" -> state.startsWith("57P0") || state.equals("57014");
            case "55" -> state.equals("55P03");
            case "25" -> state.equals("25006") || state.equals("25P03") || state.equals("25P04");
            default -> false;
        };
    }

    /** SQLSTATE, the message without values, and the names of what it is about. */
    static String describe(PgException error) {
        StringBuilder text = new StringBuilder("SQLSTATE ").append(stateOf(error));
        String message = withoutValues(stateOf(error), error.getErrorMessage());
        if (!message.isEmpty()) {
            text.append(", ").append(message);
        }
        append(text, "schema", error.getSchema());
        append(text, "table", error.getTable());
        append(text, "column", error.getColumn());
        append(text, "constraint", error.getConstraint());
        return text.toString();
    }

    private static void append(StringBuilder text, String what, @Nullable String name) {
        if (name != null) {
            text.append(", ").append(what).append(" \"").append(name).append('"');
        }
    }

    /** Class 22 quotes the value in its message ({@code invalid input syntax for type date: "..."}); a trigger may say anything. */
    private static String withoutValues(String state, @Nullable String message) {
        if (message == null || state.startsWith("P0")) {
            return "";
        }
        if (!state.startsWith("22")) {
            return message;
        }
        int quote = message.indexOf('"');
        return (quote < 0 ? message : message.substring(0, quote)).strip();
    }

    private static String stateOf(PgException error) {
        String state = error.getSqlState();
        return state == null || state.length() != 5 ? "XX000" : state;
    }
}
