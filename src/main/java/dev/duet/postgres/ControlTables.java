package dev.duet.postgres;

import dev.duet.delivery.RetriableException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Duet's own tables in schema {@code duet}: makes what is missing, under an advisory lock, so that several instances may start at once.
 * Where nothing is missing no privilege to create is needed.
 *
 * <pre>
 * duet.position  where each partition of each pipeline stands, its ledger and its horizon
 * duet.topic     which topic each position belongs to, by Kafka's id, and how many partitions it had
 * duet.mirror    which source table fills which target table, LSN and time of its last truncate (the floor)
 * duet.deleted   keys whose rows were deleted, while a topic is unsettled
 * duet.outbox    where events of deliveries pass through, if they are told; always empty
 * duet.source_column  which columns of a mirror its source has had, and since when
 * </pre>
 *
 * <p>Pages are filled by half: each batch rewrites the same few rows, and with room on the page no index entry is written.
 */
final class ControlTables {
    /** Held while Duet changes a schema; "duet" as a number. */
    static final String LOCK = "select pg_advisory_xact_lock(1685415284)";

    /** Schema, tables and columns that there are: {@code ''}, {@code position}, {@code position.topic}. */
    private static final String STATE = """
            select '' where to_regnamespace('duet') is not null
            union all select distinct c.relname::text from pg_class c where c.relnamespace = to_regnamespace('duet')
            union all select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
              where c.relnamespace = to_regnamespace('duet') and a.attnum > 0 and not a.attisdropped""";

    private static final String POSITION = """
            create table duet.position (
              pipeline text not null, topic text not null, partition int not null, generation int not null default 0,
              applied_next bigint not null, delivered_next bigint not null,
              read bigint not null, applied bigint not null, skipped bigint not null, filtered bigint not null,
              dead_lettered bigint not null, updated_at timestamptz not null, epoch int not null default 0 check (epoch between 0 and 127),
              snapshot_lsn bigint not null default 0, max_lsn bigint not null default 0, primary key (pipeline, topic, partition),
              constraint ledger check (read = applied + skipped + filtered + dead_lettered)
            ) with (fillfactor = 50)""";

    private static final String TOPIC = """
            create table duet.topic (
              pipeline text not null, topic text not null, topic_id text not null, generation int not null,
              partitions int,
              primary key (pipeline, topic)
            )""";

    private static final String MIRROR = """
            create table duet.mirror (
              target_schema text not null, target_table text not null, pipeline text not null,
              source_schema text not null, source_table text not null, floor_lsn bigint not null,
              floor_ts_ms bigint, unsettled_since timestamptz,
              primary key (target_schema, target_table)
            ) with (fillfactor = 50)""";

    private static final String DELETED = """
            create table duet.deleted (
              target_schema text not null, target_table text not null, key jsonb not null, lsn bigint not null,
              primary key (target_schema, target_table, key)
            )""";

    private static final String SOURCE_COLUMN = """
            create table duet.source_column (
              target_schema text not null, target_table text not null, column_name text not null,
              since_lsn bigint not null, type text not null, type_lsn bigint not null,
              now_type text, now_place int, now_lsn bigint,
              primary key (target_schema, target_table, column_name)
            )""";

    /** With the columns that Debezium's outbox extension fills. */
    private static final String OUTBOX = """
            create table duet.outbox (
              id uuid primary key, aggregatetype varchar(255) not null, aggregateid varchar(255) not null,
              type varchar(255) not null, "timestamp" timestamptz not null, payload text, tracingspancontext varchar(256)
            )""";

    /**
     * A statement, and what there is once it has run.
     *
     * @param part the name as {@link #STATE} gives it
     * @param of the table that the part belongs to and came with, empty if it is one itself
     */
    private record Part(String part, String of, String statement) {}

    /** In this order. Columns that a table got later are added to tables of before; none of that rewrites a large table. */
    private static final List<Part> PARTS = List.of(
            new Part("", "", "create schema duet"),
            new Part("position", "", POSITION),
            new Part("topic", "", TOPIC),
            new Part("mirror", "", MIRROR),
            new Part("deleted", "", DELETED),
            new Part("source_column", "", SOURCE_COLUMN),
            new Part("outbox", "", OUTBOX),
            new Part(
                    "position.generation",
                    "position",
                    "alter table duet.position add column generation int not null default 0"),
            new Part("position.max_lsn", "position", """
                    alter table duet.position add column epoch int not null default 0 check (epoch between 0 and 127),
                      add column snapshot_lsn bigint not null default 0, add column max_lsn bigint not null default 0"""),
            new Part("position.read", "position", """
                    alter table duet.position add column read bigint;
                    update duet.position set read = applied + skipped + filtered + dead_lettered;
                    alter table duet.position alter column read set not null,
                      add constraint ledger check (read = applied + skipped + filtered + dead_lettered)"""),
            new Part("mirror.floor_ts_ms", "mirror", "alter table duet.mirror add column floor_ts_ms bigint"),
            new Part("topic.partitions", "topic", "alter table duet.topic add column partitions int"),
            new Part(
                    "mirror.unsettled_since",
                    "mirror",
                    "alter table duet.mirror add column unsettled_since timestamptz"),
            new Part(
                    "source_column.now_lsn",
                    "source_column",
                    "alter table duet.source_column add column now_type text, add column now_place int, add column now_lsn bigint"));

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
                .compose(state -> missing(state).isEmpty() ? Future.<Void>succeededFuture() : create())
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
                                .compose(state -> execute(connection, missing(state))))
                .recover(error -> Future.failedFuture(
                        error instanceof RetriableException
                                ? new RetriableException(error.getMessage()
                                        + " To create the tables the role needs CREATE on the database, once.")
                                : error));
    }

    private static List<String> missing(RowSet<Row> state) {
        Set<String> there = new HashSet<>();
        state.forEach(row -> there.add(row.getString(0)));
        List<String> statements = PARTS.stream()
                .filter(part -> !there.contains(part.part()))
                .filter(part -> part.of().isEmpty() || there.contains(part.of()))
                .map(Part::statement)
                .collect(Collectors.toCollection(ArrayList::new));
        if (!statements.isEmpty()) {
            statements.add("comment on table duet.position is 'Duet control tables, version 2'");
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
