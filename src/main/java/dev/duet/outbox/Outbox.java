package dev.duet.outbox;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveredPositions;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.failpoint.FailPoint;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Moves {@code delivered_next} and tells of it, in one transaction: nothing else moves it while deliveries are told. So the events of a
 * partition are as exact as the position is: each begins where the one before ended.
 *
 * <pre>
 * the process dies                what is stored                          what the next process does
 * before both sinks have it       delivered_next stands                   reads from there; tells when both have it
 * after that, before the COMMIT   the same                                reads again what the sinks skip; tells it then
 * COMMIT sent, no answer          position and events, or neither         reads from where the position stands
 * after it                        both                                    goes on behind it
 * </pre>
 *
 * <p>A process that has lost its partition finds the position where it has not left it: what it knows does not begin there, and it
 * neither moves nor tells. The process that has got the partition may find that too: the loser was on its way to COMMIT while this one
 * read the position. The loser's event is right, both sinks have its rows, but it may end in the middle of a piece that this one
 * knows as a whole only: then it reads again from the position on.
 *
 * <p>JDBC blocks, so all of it happens on a thread of its own.
 */
public final class Outbox implements DeliveredPositions {
    private static final Logger LOG = Logger.getLogger("dev.duet");

    private final String pipeline;
    private final DeliveredPositions stored;
    private final Supplier<EntityManager> database;
    private final EventRows rows;
    private final Function<TableId, OptionalLong> deltaVersions;
    private final Accepted accepted = new Accepted();
    private final Clock clock = Clock.systemUTC();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("duet-outbox").factory());

    /**
     * @param stored where the positions are read
     * @param database asked for on the outbox' own thread alone
     * @param deltaVersions a version of the table's log that holds all that is delivered
     */
    Outbox(
            String pipeline,
            DeliveredPositions stored,
            Supplier<EntityManager> database,
            EventRows rows,
            Function<TableId, OptionalLong> deltaVersions) {
        this.pipeline = pipeline;
        this.stored = stored;
        this.database = database;
        this.rows = rows;
        this.deltaVersions = deltaVersions;
    }

    /** Hears what is accepted, to know what is delivered later. */
    public DeliveryListener listener() {
        return accepted;
    }

    @Override
    public CompletionStage<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions) {
        return stored.read(partitions);
    }

    /**
     * {@inheritDoc} Fails with {@link RetriableException} if the database does not take it; the same may be asked again. What can
     * be told is told before a {@link PositionMovedException}.
     */
    @Override
    public CompletionStage<Void> advance(Map<TopicPartition, Long> delivered) {
        SortedMap<TopicPartition, Long> sorted = new TreeMap<>(delivered);
        return sorted.isEmpty()
                ? CompletableFuture.completedStage(null)
                : CompletableFuture.runAsync(() -> tell(sorted), thread);
    }

    private void tell(SortedMap<TopicPartition, Long> delivered) {
        Map<TopicPartition, Long> moved;
        Map<TopicPartition, Long> unknown = new HashMap<>();
        try {
            moved = QuarkusTransaction.requiringNew().call(() -> {
                EntityManager entities = database.get();
                SortedMap<TopicPartition, Long> ends = new TreeMap<>();
                List<Summary> pieces = pieces(entities, delivered, ends, unknown);
                if (!ends.isEmpty()) {
                    move(entities, ends);
                    rows.write(events(pieces));
                    entities.flush();
                    FailPoint.OUTBOX_WRITTEN.reached();
                }
                return ends;
            });
        } catch (RuntimeException e) {
            throw new RetriableException("an event of " + delivered.keySet()
                    + " could not be written to duet.outbox: " + rootOf(e).getMessage()
                    + ". Positions and events wait for each other; nothing is lost.");
        }
        moved.forEach(accepted::forget);
        unknown.entrySet().removeIf(at -> !accepted.dropWithin(at.getKey(), at.getValue()));
        if (!unknown.isEmpty()) {
            throw new PositionMovedException(
                    unknown.keySet(),
                    "another process has told a part of what was read; the rest is read again, to be told too");
        }
    }

    /**
     * What is to be told, with the positions locked.
     *
     * @param ends takes where each position moves to
     * @param unknown takes the positions where nothing begins that is known here
     */
    private List<Summary> pieces(
            EntityManager entities,
            SortedMap<TopicPartition, Long> delivered,
            SortedMap<TopicPartition, Long> ends,
            Map<TopicPartition, Long> unknown) {
        List<Summary> pieces = new ArrayList<>();
        lock(entities, delivered.keySet()).forEach((partition, at) -> {
            long end = delivered.getOrDefault(partition, 0L);
            if (end <= at.delivered()) {
                return;
            }
            Summary piece = accepted.from(partition, at.delivered(), end);
            if (piece == null || piece.nextOffset() > at.applied()) {
                LOG.infof(
                        "partition=%s event=not-told from=%d to=%d reason=\"the partition is another process's, or read anew\"",
                        partition, at.delivered(), end);
                unknown.put(partition, at.delivered());
                return;
            }
            pieces.add(piece);
            ends.put(partition, piece.nextOffset());
        });
        return pieces;
    }

    private record At(long applied, long delivered) {}

    /** In the order in which every writer locks positions, so that no two wait for each other. */
    private SortedMap<TopicPartition, At> lock(EntityManager entities, Collection<TopicPartition> partitions) {
        List<TopicPartition> all = List.copyOf(partitions);
        String names = IntStream.range(0, all.size())
                .map(i -> 2 + 3 * i)
                .mapToObj(i -> "(?" + i + ", ?" + (i + 1) + ", ?" + (i + 2) + ")")
                .collect(Collectors.joining(", "));
        Query query = entities.createNativeQuery(
                "select topic, partition, generation, applied_next, delivered_next from duet.position where pipeline = ?1"
                        + " and (topic, partition, generation) in (" + names
                        + ") order by topic, partition for no key update");
        query.setParameter(1, pipeline);
        for (int i = 0; i < all.size(); i++) {
            query.setParameter(2 + 3 * i, all.get(i).topic());
            query.setParameter(3 + 3 * i, all.get(i).partition());
            query.setParameter(4 + 3 * i, all.get(i).generation());
        }
        SortedMap<TopicPartition, At> found = new TreeMap<>();
        for (Object row : query.getResultList()) {
            Object[] cells = (Object[]) row;
            TopicPartition partition = new TopicPartition(
                    (String) cells[0], ((Number) cells[1]).intValue(), ((Number) cells[2]).intValue());
            found.put(partition, new At(((Number) cells[3]).longValue(), ((Number) cells[4]).longValue()));
        }
        return found;
    }

    private void move(EntityManager entities, SortedMap<TopicPartition, Long> ends) {
        List<Map.Entry<TopicPartition, Long>> all = List.copyOf(ends.entrySet());
        String values = IntStream.range(0, all.size())
                .map(i -> 2 + 3 * i)
                .mapToObj(i -> "(cast(?" + i + " as text), cast(?" + (i + 1) + " as integer), cast(?" + (i + 2)
                        + " as bigint))")
                .collect(Collectors.joining(", "));
        Query update = entities.createNativeQuery(
                "update duet.position p set delivered_next = v.next, updated_at = now() from (values " + values
                        + ") as v(topic, partition, next) where p.pipeline = ?1 and p.topic = v.topic"
                        + " and p.partition = v.partition");
        update.setParameter(1, pipeline);
        for (int i = 0; i < all.size(); i++) {
            update.setParameter(2 + 3 * i, all.get(i).getKey().topic());
            update.setParameter(3 + 3 * i, all.get(i).getKey().partition());
            update.setParameter(4 + 3 * i, all.get(i).getValue());
        }
        int moved = update.executeUpdate();
        if (moved != all.size()) {
            throw new IllegalStateException(moved + " of " + all.size() + " locked positions were moved");
        }
    }

    private Collection<DeliveryEvent> events(List<Summary> pieces) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Map<TableId, DeliveryEvent> events = new HashMap<>();
        for (Summary piece : pieces) {
            piece.tables()
                    .forEach(
                            (table, counts) -> events.computeIfAbsent(table, of -> new DeliveryEvent(pipeline, of, now))
                                    .add(piece, counts));
        }
        events.forEach((table, event) -> event.readableAt(deltaVersions.apply(table)));
        return events.values();
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
