package dev.duet.postgres;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.PositionMovedException;
import dev.duet.postgres.BatchPlan.Step;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The rows of {@code duet.position} of one pipeline.
 *
 * <p>A position moves by compare-and-set. Rows are locked by topic and partition before any of them is changed, by every writer, so
 * that no two writers wait for each other; the update then sees what the lock has waited for.
 *
 * <p>{@code delivered_next} never passes {@code applied_next}: after a fail-over to a standby that lacks the last transactions, a value
 * that this process remembers from before would let reading resume behind what the standby has.
 */
final class PositionTable {
    private static final String READ = """
            select p.topic, p.partition, p.applied_next, p.delivered_next, p.applied, p.skipped, p.filtered, p.dead_lettered
            from duet.position p join unnest($2::text[], $3::int4[]) as u(topic, partition)
              on p.topic = u.topic and p.partition = u.partition
            where p.pipeline = $1""";

    private static final String LOCK = """
            select p.topic, p.partition, p.applied_next
            from duet.position p join unnest($2::text[], $3::int4[]) as u(topic, partition)
              on p.topic = u.topic and p.partition = u.partition
            where p.pipeline = $1 order by p.topic, p.partition for no key update of p""";

    private static final String MOVE = """
            update duet.position p set applied_next = u.next,
              delivered_next = greatest(p.delivered_next, least(u.delivered, u.next)),
              applied = p.applied + u.applied, skipped = p.skipped + u.skipped, filtered = p.filtered + u.filtered,
              dead_lettered = p.dead_lettered + u.dead, updated_at = now()
            from unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[])
              as u(topic, partition, expected, next, delivered, applied, skipped, filtered, dead)
            where p.pipeline = $1 and p.topic = u.topic and p.partition = u.partition and p.applied_next = u.expected""";

    private static final String BEGIN = """
            insert into duet.position
              (pipeline, topic, partition, applied_next, delivered_next, applied, skipped, filtered, dead_lettered, updated_at)
            select $1, u.topic, u.partition, u.next, greatest(u.first, u.delivered), u.applied, u.skipped, u.filtered, u.dead, now()
            from unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[])
              as u(topic, partition, first, next, delivered, applied, skipped, filtered, dead)
            order by u.topic, u.partition on conflict do nothing""";

    private static final String DELIVER = """
            update duet.position p set delivered_next = least(u.delivered, p.applied_next), updated_at = now()
            from unnest($2::text[], $3::int4[], $4::int8[]) as u(topic, partition, delivered)
            where p.pipeline = $1 and p.topic = u.topic and p.partition = u.partition and p.delivered_next < least(u.delivered, p.applied_next)""";

    private final String pipeline;
    private final Transactions transactions;

    PositionTable(String pipeline, Transactions transactions) {
        this.pipeline = pipeline;
        this.transactions = transactions;
    }

    /** A stored row. */
    record Stored(Position position, long delivered) {}

    Future<Map<TopicPartition, Stored>> read(Collection<TopicPartition> partitions) {
        return transactions
                .read("reading the positions of " + pipeline, READ, names(List.copyOf(partitions)))
                .map(rows -> {
                    Map<TopicPartition, Stored> stored = new HashMap<>();
                    rows.forEach(row -> stored.put(
                            partitionOf(row),
                            new Stored(
                                    new Position(
                                            row.getLong(2),
                                            new Ledger(row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7))),
                                    row.getLong(3))));
                    return stored;
                });
    }

    Future<Void> deliver(Map<TopicPartition, Long> delivered) {
        List<TopicPartition> partitions = List.copyOf(delivered.keySet());
        Tuple move = names(partitions).addValue(longs(partitions, delivered::get));
        return transactions.run("advancing the delivered positions of " + pipeline, new Transactions.Work<>() {
            @Override
            public void send(Transactions.Flight flight) {
                String doing = "advancing the delivered positions of " + pipeline;
                flight.send(null, doing, LOCK, names(partitions));
                flight.send(null, doing, DELIVER, move);
            }

            @Override
            @SuppressWarnings("NullAway") // Void has no other value
            public Void check() {
                return null;
            }
        });
    }

    /** Sends the statements that move the positions of one write; {@link Move#check} tells whether all have moved. */
    Move move(Transactions.Flight flight, List<Step> steps) {
        List<Step> known = steps.stream().filter(step -> !step.isNew()).toList();
        List<Step> fresh = steps.stream().filter(Step::isNew).toList();
        String doing = "moving the positions of " + pipeline;
        List<TopicPartition> all = steps.stream().map(Step::partition).toList();
        return new Move(
                steps,
                flight.ask(null, doing, LOCK, names(all)),
                known.isEmpty()
                        ? Future.succeededFuture()
                        : flight.ask(null, doing, MOVE, parameters(known, Step::expected)),
                known.size(),
                fresh.isEmpty()
                        ? Future.succeededFuture()
                        : flight.ask(null, doing, BEGIN, parameters(fresh, Step::first)),
                fresh.size());
    }

    private Tuple parameters(List<Step> steps, ToLongFunction<Step> third) {
        List<TopicPartition> partitions = steps.stream().map(Step::partition).toList();
        return names(partitions)
                .addValue(longs(steps, third::applyAsLong))
                .addValue(longs(steps, Step::next))
                .addValue(longs(steps, Step::delivered))
                .addValue(longs(steps, step -> step.delta().applied()))
                .addValue(longs(steps, step -> step.delta().skipped()))
                .addValue(longs(steps, step -> step.delta().filtered()))
                .addValue(longs(steps, step -> step.delta().deadLettered()));
    }

    private Tuple names(List<TopicPartition> partitions) {
        return Tuple.tuple()
                .addValue(pipeline)
                .addValue(partitions.stream().map(TopicPartition::topic).toArray(String[]::new))
                .addValue(partitions.stream().map(TopicPartition::partition).toArray(Integer[]::new));
    }

    private static <T> Long[] longs(List<T> of, Function<? super T, Long> value) {
        return of.stream().map(value).toArray(Long[]::new);
    }

    private static TopicPartition partitionOf(Row row) {
        return new TopicPartition(row.getString(0), row.getInteger(1));
    }

    /** The answers to {@link #move}. */
    record Move(
            List<Step> steps,
            Future<RowSet<Row>> locked,
            Future<RowSet<Row>> moved,
            int known,
            Future<RowSet<Row>> begun,
            int fresh) {

        /** @throws PositionMovedException if one position is not where this writer left it */
        void check() {
            int movedCount = known == 0 ? 0 : moved.result().rowCount();
            int begunCount = fresh == 0 ? 0 : begun.result().rowCount();
            if (movedCount == known && begunCount == fresh) {
                return;
            }
            Map<TopicPartition, Long> stored = new HashMap<>();
            locked.result().forEach(row -> stored.put(partitionOf(row), row.getLong(2)));
            Set<TopicPartition> other = new TreeSet<>();
            for (Step step : steps) {
                if (stored.getOrDefault(step.partition(), BatchPlan.Held.NONE) != step.expected()) {
                    other.add(step.partition());
                }
            }
            if (other.isEmpty()) { // begun by another writer between the lock and the insert
                steps.stream().filter(Step::isNew).forEach(step -> other.add(step.partition()));
            }
            throw new PositionMovedException(
                    other,
                    "another writer has moved the positions of " + other
                            + " in duet.position, or they were reset; nothing of this batch was written to PostgreSQL");
        }
    }
}
