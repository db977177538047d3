package dev.duet.postgres;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveredPositions;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.Sink;
import dev.duet.delivery.TableStoppedException;
import dev.duet.failpoint.FailPoint;
import dev.duet.order.ClockTolerance;
import dev.duet.postgres.PositionTable.Stored;
import dev.duet.postgres.Transactions.Flight;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps mirror and trail tables in PostgreSQL. A write is one transaction: the positions by compare-and-set, then the rows; it takes two
 * round trips, whatever the number of tables; a third if a row was stale or a topic is unsettled.
 *
 * <pre>
 * the process or the connection dies   what is stored                      what the next write does
 * before COMMIT is sent                nothing (the server rolls back)     the same batch
 * COMMIT sent, no answer               rows and positions, or neither      after open() it knows, and skips or writes
 * after the answer                     rows and positions                  skips record by record what it is given again
 * </pre>
 *
 * <p>The constructor does no I/O. All methods may be called from any thread and return at once.
 */
public final class PostgresSink implements Sink, DeliveredPositions {
    private final Transactions transactions;
    private final ControlTables control;
    private final PositionTable table;
    private final Targets targets;
    private final Positions positions = new Positions();
    private final String pipeline;
    private final ClockTolerance tolerance;
    private final boolean completes;
    private volatile Map<RowChange, RowChange> completed = Map.of();

    PostgresSink(Pool pool, String pipeline, PostgresConfig config) {
        this(pool, pipeline, config, source -> SchemaPolicy.DEFAULT, false);
    }

    /**
     * @param pool stays the caller's, who closes it
     * @param pipeline the name under which positions are stored
     * @param policies what is done when a source table has changed
     * @param completes whether {@link #completed} knows values; it costs a statement for each table with updates that lack some
     * @throws IllegalArgumentException if a setting is wrong
     */
    public PostgresSink(
            Pool pool, String pipeline, PostgresConfig config, SchemaPolicy.ByTable policies, boolean completes) {
        this.transactions = new Transactions(pool, config);
        this.control = new ControlTables(transactions);
        this.table = new PositionTable(pipeline, transactions);
        this.targets = new Targets(pipeline, transactions, config, policies);
        this.pipeline = pipeline;
        this.tolerance = new ClockTolerance(config.clockTolerance().toMillis());
        this.completes = completes;
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public CompletionStage<Map<TopicPartition, Position>> open(Collection<TopicPartition> partitions) {
        List<TopicPartition> opened = List.copyOf(partitions);
        return stage(() -> stored(opened).map(stored -> {
            positions.opened(opened, stored);
            return parts(stored, Stored::position);
        }));
    }

    @Override
    public CompletionStage<Map<TopicPartition, Ledger>> write(ChangeBatch batch) {
        completed = Map.of();
        return stage(() -> writeAll(batch));
    }

    @Override
    public PartitionChanges completed(PartitionChanges link) {
        Map<RowChange, RowChange> of = completed;
        return of.isEmpty() ? link : link.with(change -> of.getOrDefault(change, change));
    }

    private Future<Map<TopicPartition, Ledger>> writeAll(ChangeBatch batch) {
        BatchPlan plan = positions.plan(batch);
        Future<?> written = plan.steps().isEmpty() ? Future.succeededFuture() : write(plan);
        return written.map(done -> {
                    FailPoint.SQL_COMMITTED.reached();
                    positions.committed(plan);
                    return plan.ledgers();
                })
                .recover(error -> switch (error) {
                    case BrokenOrder broken -> stopAt(broken.before(batch), broken.stop(pipeline));
                    case SchemaBoundary boundary -> stopAt(boundary.before(batch), boundary.stop());
                    default -> Future.failedFuture(error);
                });
    }

    /** Writes what lies before the boundary, so that the operator's statement holds from there on, and fails. */
    private Future<Map<TopicPartition, Ledger>> stopAt(ChangeBatch before, TableStoppedException stop) {
        Future<?> written = before.isEmpty() ? Future.succeededFuture() : writeAll(before);
        return written.compose(done -> Future.failedFuture(stop));
    }

    private Future<?> write(BatchPlan plan) {
        Map<TableSchema, Long> schemas = schemasOf(plan);
        return targets.prepare(schemas)
                .compose(ready -> {
                    positions.sending(plan);
                    return transactions.run("writing " + plan.where(), new Write(plan));
                })
                .onFailure(error -> targets.forget(schemas.keySet()));
    }

    /**
     * The schemas of the changes, each with the lowest LSN of its changes. A snapshot row's LSN is none of its own, so it counts only where
     * there is no other.
     */
    private static Map<TableSchema, Long> schemasOf(BatchPlan plan) {
        Map<TableSchema, Long> streamed = new LinkedHashMap<>();
        Map<TableSchema, Long> read = new LinkedHashMap<>();
        for (List<RowChange> changes : plan.changes().values()) {
            for (RowChange change : changes) {
                long lsn = plan.orders().lsn(change);
                if (change.op() == Op.READ) {
                    read.merge(change.schema(), lsn, Math::max);
                } else {
                    streamed.merge(change.schema(), lsn, Math::min);
                }
            }
        }
        read.putAll(streamed);
        return read;
    }

    /** The one transaction of a batch. */
    private final class Write implements Transactions.Work<Void> {
        private final BatchPlan plan;
        private final List<MirrorWriter> mirrors = new ArrayList<>();
        private final List<Completion> completions = new ArrayList<>();
        private PositionTable.@Nullable Move move;
        private Floors.@Nullable Locks locks;

        private Write(BatchPlan plan) {
            this.plan = plan;
        }

        @Override
        public void send(Flight flight) {
            FailPoint.SQL_STARTING.reached();
            move = table.move(flight, plan.steps());
            lockFloors(flight);
            plan.changes().forEach((id, changes) -> {
                Target target = targets.of(changes.getFirst().schema());
                if (target.mirror() != null) {
                    MirrorWriter mirror = new MirrorWriter(flight, plan, id, targets::of, tolerance);
                    mirrors.add(mirror);
                    if (completes) {
                        completions.add(Completion.ask(flight, plan, id, targets::of));
                    }
                    mirror.send();
                }
                if (target.trail() != null) {
                    new TableWriter(flight, id, plan.where(id), targets::of).trail(changes);
                }
            });
        }

        private void lockFloors(Flight flight) {
            SortedMap<TargetName, TableId> mirrors = new TreeMap<>();
            boolean truncates = false;
            for (Map.Entry<TableId, List<RowChange>> entry : plan.changes().entrySet()) {
                Target.Mirror mirror =
                        targets.of(entry.getValue().getFirst().schema()).mirror();
                if (mirror != null) {
                    mirrors.put(mirror.name, entry.getKey());
                    truncates |= entry.getValue().stream().anyMatch(change -> change.op() == Op.TRUNCATE);
                }
            }
            if (!mirrors.isEmpty()) {
                locks = Floors.lock(flight, mirrors, truncates);
            }
        }

        @Override
        public @Nullable TableId sourceOf(@Nullable String schema, @Nullable String target) {
            if (schema == null || target == null) {
                return null;
            }
            TargetName name = new TargetName(schema, target);
            for (Map.Entry<TableId, List<RowChange>> entry : plan.changes().entrySet()) {
                Target of = targets.of(entry.getValue().getFirst().schema());
                if ((of.mirror() != null && of.mirror().name.equals(name))
                        || (of.trail() != null && of.trail().name().equals(name))) {
                    return entry.getKey();
                }
            }
            return null;
        }

        @Override
        public void sendMore(Flight flight) {
            Objects.requireNonNull(move).check();
            if (locks != null) {
                locks.check();
            }
            Set<TargetName> unsettled = locks == null ? Set.of() : locks.unsettled();
            mirrors.forEach(mirror -> mirror.sendMore(flight, unsettled));
        }

        @Override
        @SuppressWarnings("NullAway") // Void has no other value
        public Void check() {
            mirrors.forEach(MirrorWriter::check);
            if (completes) {
                Map<RowChange, RowChange> all = new IdentityHashMap<>();
                completions.forEach(completion -> completion.addTo(all));
                completed = all;
            }
            FailPoint.SQL_CHECKED.reached();
            return null;
        }
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        positions.closed(partitions);
    }

    @Override
    public CompletionStage<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions) {
        return stage(() -> stored(List.copyOf(partitions)).map(stored -> parts(stored, Stored::deliveredNext)));
    }

    @Override
    public CompletionStage<Void> advance(Map<TopicPartition, Long> delivered) {
        return stage(() -> {
            positions.delivered(delivered);
            return delivered.isEmpty()
                    ? Future.succeededFuture()
                    : control.ensure().compose(ready -> table.deliver(delivered));
        });
    }

    private Future<Map<TopicPartition, Stored>> stored(Collection<TopicPartition> partitions) {
        return control.ensure().compose(ready -> table.read(partitions)).onFailure(error -> control.lookAgain());
    }

    private static <T> Map<TopicPartition, T> parts(
            Map<TopicPartition, Stored> stored, Function<Stored, @Nullable T> part) {
        Map<TopicPartition, T> parts = new HashMap<>();
        stored.forEach((partition, row) -> {
            T of = part.apply(row);
            if (of != null) {
                parts.put(partition, of);
            }
        });
        return parts;
    }

    /** A failure comes with the stage, also one that is thrown. */
    private static <T> CompletionStage<T> stage(Supplier<Future<T>> work) {
        try {
            return work.get().toCompletionStage();
        } catch (RuntimeException e) {
            return Future.<T>failedFuture(e).toCompletionStage();
        }
    }
}
