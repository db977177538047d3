package dev.duet.postgres;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.PositionMovedException;
import dev.duet.failpoint.FailPoint;
import dev.duet.order.Horizon;
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
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code duet.position} of one pipeline.
 *
 * <p>A position moves by compare-and-set. Rows are locked by topic and partition before any of them is changed, by every writer, so
 * that no two writers wait for each other; the update then sees what the lock has waited for. The epoch is the operator's: a writer that knows
 * another one has to read the position again.
 *
 * <p>{@code delivered_next} never passes {@code applied_next}: after a fail-over to a standby that lacks the last transactions, a value
 * that this process remembers from before would let reading resume behind what the standby has.
 */
final class PositionTable {
    private static final String READ = """
            select p.topic, p.partition, u.generation, p.generation = u.generation, p.applied_next, p.delivered_next,
              p.applied, p.skipped, p.filtered, p.dead_lettered, p.epoch, p.snapshot_lsn, p.max_lsn
            from duet.position p join unnest($2::text[], $3::int4[], $4::int4[]) as u(topic, partition, generation)
              on p.topic = u.topic and p.partition = u.partition
            where p.pipeline = $1""";

    private static final String LOCK = """
            select p.topic, p.partition, p.generation, p.applied_next, p.epoch
            from duet.position p join unnest($2::text[], $3::int4[], $4::int4[]) as u(topic, partition, generation)
              on p.topic = u.topic and p.partition = u.partition
            where p.pipeline = $1 order by p.topic, p.partition for no key update of p""";

    private static final String MOVE = """
            update duet.position p set applied_next = u.next,
              delivered_next = greatest(p.delivered_next, least(u.delivered, u.next)),
              read = p.read + u.read, applied = p.applied + u.applied, skipped = p.skipped + u.skipped,
              filtered = p.filtered + u.filtered, dead_lettered = p.dead_lettered + u.dead,
              snapshot_lsn = u.snapshot_lsn, max_lsn = u.max_lsn, updated_at = now()
            from unnest($2::text[], $3::int4[], $4::int4[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[],
                $11::int8[], $12::int8[], $13::int8[], $14::int8[], $15::int4[])
              as u(topic, partition, generation, expected, next, delivered, read, applied, skipped, filtered, dead,
                snapshot_lsn, max_lsn, epoch)
            where p.pipeline = $1 and p.topic = u.topic and p.partition = u.partition and p.generation = u.generation
              and p.applied_next = u.expected and p.epoch = u.epoch""";

    /** A row of an older generation makes room; its ledger goes on. */
    private static final String BEGIN = """
            insert into duet.position as p
              (pipeline, topic, partition, generation, applied_next, delivered_next,
               read, applied, skipped, filtered, dead_lettered, snapshot_lsn, max_lsn, epoch, updated_at)
            select $1, u.topic, u.partition, u.generation, u.next, greatest(u.first, u.delivered),
              u.read, u.applied, u.skipped, u.filtered, u.dead, u.snapshot_lsn, u.max_lsn, u.epoch, now()
            from unnest($2::text[], $3::int4[], $4::int4[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[],
                $11::int8[], $12::int8[], $13::int8[], $14::int8[], $15::int4[])
              as u(topic, partition, generation, first, next, delivered, read, applied, skipped, filtered, dead,
                snapshot_lsn, max_lsn, epoch)
            order by u.topic, u.partition
            on conflict (pipeline, topic, partition) do update set generation = excluded.generation,
              applied_next = excluded.applied_next, delivered_next = excluded.delivered_next, read = p.read + excluded.read,
              applied = p.applied + excluded.applied, skipped = p.skipped + excluded.skipped,
              filtered = p.filtered + excluded.filtered, dead_lettered = p.dead_lettered + excluded.dead_lettered,
              snapshot_lsn = excluded.snapshot_lsn, max_lsn = excluded.max_lsn, updated_at = excluded.updated_at
            where p.generation < excluded.generation and p.epoch = excluded.epoch""";

    private static final String DELIVER = """
            update duet.position p set delivered_next = least(u.delivered, p.applied_next), updated_at = now()
            from unnest($2::text[], $3::int4[], $4::int4[], $5::int8[]) as u(topic, partition, generation, delivered)
            where p.pipeline = $1 and p.topic = u.topic and p.partition = u.partition and p.generation = u.generation
              and p.delivered_next < least(u.delivered, p.applied_next)""";

    private final String pipeline;
    private final Transactions transactions;

    PositionTable(String pipeline, Transactions transactions) {
        this.pipeline = pipeline;
        this.transactions = transactions;
    }

    /**
     * A stored row.
     *
     * @param position null if it is of another generation, which does not count; the horizon does, since the source is the same
     */
    record Stored(@Nullable Position position, long delivered, Horizon horizon) {
        @Nullable
        Long deliveredNext() {
            return position == null ? null : (Long) delivered;
        }
    }

    Future<Map<TopicPartition, Stored>> read(Collection<TopicPartition> partitions) {
        return transactions
                .read("reading the positions of " + pipeline, READ, names(List.copyOf(partitions)))
                .map(rows -> {
                    Map<TopicPartition, Stored> stored = new HashMap<>();
                    rows.forEach(row -> stored.put(
                            partitionOf(row),
                            new Stored(
                                    row.getBoolean(3)
                                            ? new Position(
                                                    row.getLong(4),
                                                    new Ledger(
                                                            row.getLong(6),
                                                            row.getLong(7),
                                                            row.getLong(8),
                                                            row.getLong(9)))
                                            : null,
                                    row.getLong(5),
                                    new Horizon(row.getInteger(10), row.getLong(11), row.getLong(12)))));
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
                flight.ask(null, doing, LOCK, names(all)).onSuccess(locked -> FailPoint.SQL_LOCKED.reached()),
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
                .addValue(longs(steps, Step::read))
                .addValue(longs(steps, step -> step.delta().applied()))
                .addValue(longs(steps, step -> step.delta().skipped()))
                .addValue(longs(steps, step -> step.delta().filtered()))
                .addValue(longs(steps, step -> step.delta().deadLettered()))
                .addValue(longs(steps, step -> step.horizon().snapshotLsn()))
                .addValue(longs(steps, step -> step.horizon().maxLsn()))
                .addValue(steps.stream().map(step -> step.horizon().epoch()).toArray(Integer[]::new));
    }

    private Tuple names(List<TopicPartition> partitions) {
        return Tuple.tuple()
                .addValue(pipeline)
                .addValue(partitions.stream().map(TopicPartition::topic).toArray(String[]::new))
                .addValue(partitions.stream().map(TopicPartition::partition).toArray(Integer[]::new))
                .addValue(partitions.stream().map(TopicPartition::generation).toArray(Integer[]::new));
    }

    private static <T> Long[] longs(List<T> of, Function<? super T, Long> value) {
        return of.stream().map(value).toArray(Long[]::new);
    }

    private static TopicPartition partitionOf(Row row) {
        return new TopicPartition(row.getString(0), row.getInteger(1), row.getInteger(2));
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
            Map<TopicPartition, Integer> epochs = new HashMap<>();
            locked.result().forEach(row -> {
                stored.put(partitionOf(row), row.getLong(3));
                epochs.put(partitionOf(row), row.getInteger(4));
            });
            Set<TopicPartition> other = new TreeSet<>();
            for (Step step : steps) {
                int epoch = step.horizon().epoch();
                if (stored.getOrDefault(step.partition(), BatchPlan.Held.NONE) != step.expected()
                        || epochs.getOrDefault(step.partition(), epoch) != epoch) {
                    other.add(step.partition());
                }
            }
            if (other.isEmpty()) { // begun by another writer between the lock and the insert
                steps.stream().filter(Step::isNew).forEach(step -> other.add(step.partition()));
            }
            throw new PositionMovedException(
                    other,
                    "another writer has moved the positions of " + other
                            + " in duet.position, or they were reset or given another epoch; nothing of this batch was written to PostgreSQL");
        }
    }
}
