package dev.duet.postgres;

import dev.duet.change.TopicPartition;
import dev.duet.inspect.PositionDesk;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The operator's hand on {@code duet.position} and {@code duet.topic}: compare-and-set, as the sink itself moves positions. */
final class PositionMoves implements PositionDesk {
    private static final String POSITIONS = """
            select topic, partition, generation, applied_next, delivered_next, updated_at from duet.position
            where pipeline = $1 order by topic, partition""";

    private static final String TOPICS =
            "select topic, topic_id, generation from duet.topic where pipeline = $1 order by 1";

    private static final String SKIP = """
            update duet.position set applied_next = greatest(applied_next, $6), delivered_next = $6, updated_at = now()
            where pipeline = $1 and topic = $2 and partition = $3 and generation = $4 and delivered_next = $5 and $6 > $5""";

    private static final String ADOPT = """
            update duet.topic set topic_id = $3, generation = $4 + 1
            where pipeline = $1 and topic = $2 and generation = $4 and topic_id = $5""";

    private static final String LOCK = """
            select topic, partition from duet.position where pipeline = $1 and topic = any($2) order by topic, partition
            for no key update""";

    private static final String HOLD = """
            select topic, partition, generation, applied_next from duet.position where pipeline = $1 and topic = any($2)
            order by topic, partition for no key update""";

    private static final String BACK = """
            update duet.position set applied_next = $7, delivered_next = least(delivered_next, $7), updated_at = now()
            where pipeline = $1 and topic = $2 and partition = $3 and generation = $4 and applied_next = $5
              and delivered_next = $6 and $7 <= applied_next""";

    /** A trail that an operator has dropped has nothing to remove. */
    private static final String TRAILS = """
            select m.target_schema, m.target_table from duet.mirror m
            where m.pipeline = $1 and m.target_table like '%\\_trail'
              and exists (select from pg_attribute a where a.attname = '__offset' and not a.attisdropped
                and a.attrelid = to_regclass(format('%I.%I', m.target_schema, m.target_table)))
            order by 1, 2""";

    private static final String ROWS = " where \"__topic\" = $1 and \"__partition\" = $2 and \"__offset\" >= $3";

    private final String pipeline;
    private final Transactions transactions;

    PositionMoves(String pipeline, Pool pool, PostgresConfig config) {
        this.pipeline = pipeline;
        this.transactions = new Transactions(pool, config);
    }

    @Override
    public List<Stand> positions() {
        List<Stand> positions = new ArrayList<>();
        if (!MirrorTables.isThere(transactions, "duet.position")) {
            return positions;
        }
        read("reading the positions of " + pipeline, POSITIONS, Tuple.of(pipeline))
                .forEach(row -> positions.add(new Stand(
                        new TopicPartition(row.getString(0), row.getInteger(1), row.getInteger(2)),
                        row.getLong(3),
                        row.getLong(4),
                        row.getOffsetDateTime(5).toInstant())));
        return positions;
    }

    @Override
    public List<Topic> topics() {
        List<Topic> topics = new ArrayList<>();
        if (!MirrorTables.isThere(transactions, "duet.topic")) {
            return topics;
        }
        read("reading the topics of " + pipeline, TOPICS, Tuple.of(pipeline))
                .forEach(row -> topics.add(new Topic(row.getString(0), row.getString(1), row.getInteger(2))));
        return topics;
    }

    @Override
    public boolean skipTo(Stand from, long next) {
        TopicPartition partition = from.partition();
        Tuple tuple = Tuple.tuple()
                .addValue(pipeline)
                .addValue(partition.topic())
                .addValue(partition.partition())
                .addValue(partition.generation())
                .addValue(from.deliveredNext())
                .addValue(next);
        return changed("accepting a gap of " + partition, SKIP, tuple);
    }

    @Override
    public boolean adopt(Topic from, String id) {
        return changed(
                "adopting topic " + from.name(),
                ADOPT,
                Tuple.of(pipeline, from.name(), id, from.generation(), from.id()));
    }

    @Override
    public long trailRows(List<Back> moves) {
        return MirrorTables.answer(transactions
                .runSteps(
                        "counting the rows of trails of " + pipeline,
                        null,
                        connection -> onTrails(connection, "select count(*) from ", moves))
                .toCompletionStage());
    }

    @Override
    public long setBack(List<Back> moves) {
        List<Back> ordered = moves.stream()
                .sorted(Comparator.comparing(back -> back.from().partition()))
                .toList();
        String[] topics = ordered.stream()
                .map(back -> back.from().partition().topic())
                .distinct()
                .toArray(String[]::new);
        return MirrorTables.answer(transactions
                .runSteps(
                        "setting back positions of " + pipeline,
                        null,
                        connection -> connection
                                .preparedQuery(LOCK)
                                .execute(Tuple.tuple().addValue(pipeline).addValue(topics))
                                .compose(locked -> moveAll(connection, ordered))
                                .compose(moved -> onTrails(connection, "delete from ", ordered)))
                .toCompletionStage());
    }

    @Override
    public void holding(List<Back> moves, Runnable work) {
        String[] topics = moves.stream()
                .map(back -> back.from().partition().topic())
                .distinct()
                .toArray(String[]::new);
        var unused = MirrorTables.answer(transactions
                .runSteps(
                        "holding positions of " + pipeline,
                        null,
                        connection -> connection
                                .preparedQuery(HOLD)
                                .execute(Tuple.tuple().addValue(pipeline).addValue(topics))
                                .compose(held -> {
                                    moves.forEach(back -> checkThere(held, back));
                                    return Future.fromCompletionStage(elsewhere(work));
                                })
                                .map(done -> true))
                .toCompletionStage());
    }

    /** It blocks, and this is an event loop. */
    private static CompletableFuture<Void> elsewhere(Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("duet-holding").start(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private static void checkThere(RowSet<Row> held, Back back) {
        TopicPartition partition = back.from().partition();
        for (Row row : held) {
            if (row.getString(0).equals(partition.topic())
                    && row.getInteger(1) == partition.partition()
                    && row.getInteger(2) == partition.generation()
                    && row.getLong(3) == back.next()) {
                return;
            }
        }
        throw moved(partition);
    }

    private Future<Void> moveAll(SqlConnection connection, List<Back> moves) {
        Future<Void> done = Future.succeededFuture();
        for (Back back : moves) {
            done = done.compose(before -> move(connection, back));
        }
        return done;
    }

    private Future<Void> move(SqlConnection connection, Back back) {
        TopicPartition partition = back.from().partition();
        Tuple tuple = Tuple.tuple()
                .addValue(pipeline)
                .addValue(partition.topic())
                .addValue(partition.partition())
                .addValue(partition.generation())
                .addValue(back.from().appliedNext())
                .addValue(back.from().deliveredNext())
                .addValue(back.next());
        return connection.preparedQuery(BACK).execute(tuple).map(rows -> {
            if (rows.rowCount() != 1) {
                throw moved(partition);
            }
            return null;
        });
    }

    private static IllegalStateException moved(TopicPartition partition) {
        return new IllegalStateException("the position of " + partition
                + " has moved since it was looked at: something is writing it. Nothing more was changed; stop Duet and run the"
                + " command again.");
    }

    /** How many rows the statement counted or removed, over all trails and partitions. */
    private Future<Long> onTrails(SqlConnection connection, String statement, List<Back> moves) {
        boolean counts = statement.startsWith("select");
        return connection.preparedQuery(TRAILS).execute(Tuple.of(pipeline)).compose(trails -> {
            Future<Long> sum = Future.succeededFuture(0L);
            for (Row trail : trails) {
                TargetName name = new TargetName(trail.getString(0), trail.getString(1));
                for (Back back : moves) {
                    TopicPartition partition = back.from().partition();
                    Tuple tuple = Tuple.of(partition.topic(), partition.partition(), back.next());
                    sum = sum.compose(before -> connection
                            .preparedQuery(statement + name.quoted() + ROWS)
                            .execute(tuple)
                            .map(rows ->
                                    before + (counts ? rows.iterator().next().getLong(0) : rows.rowCount())));
                }
            }
            return sum;
        });
    }

    private RowSet<Row> read(String doing, String sql, Tuple tuple) {
        return MirrorTables.answer(transactions.read(doing, sql, tuple).toCompletionStage());
    }

    private boolean changed(String doing, String sql, Tuple tuple) {
        return MirrorTables.answer(transactions
                                .runSteps(
                                        doing,
                                        null,
                                        connection ->
                                                connection.preparedQuery(sql).execute(tuple))
                                .toCompletionStage())
                        .rowCount()
                == 1;
    }
}
