package dev.duet.delivery;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.failpoint.FailPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings what one consumer reads into all sinks, and says when it is in all of them.
 *
 * <p>Each sink has a {@link Lane}. A record is delivered when every lane has passed it; that is the only thing that lets offsets
 * be committed. The crash cases: whatever of a batch is durable is so together with the sink's position, so after a restart
 * reading resumes at the delivered position and each sink skips what it has (see {@link Sink}). Nothing here has to be remembered.
 *
 * <p>A partition is read in epochs. Opening it begins a new one; what was read before is dropped wherever it turns up, because
 * the consumer is sought back to the delivered position and brings it again.
 *
 * <p>Memory: what is accepted and not yet passed by all lanes is bounded by {@code maxBufferedBytes} plus one call of
 * {@link #accept}. Thread-safe.
 */
public final class Delivery {
    /**
     * A sink with its lane.
     *
     * @param writer runs the sink's part of the work, one write at a time
     */
    public record LaneSettings(Sink sink, LanePolicy policy, Executor writer) {}

    /** How the lanes get what is accepted. */
    public enum Lanes {
        /** All at once, each at its own pace. */
        SIDE_BY_SIDE,
        /** One after the other: a lane gets what the one before has written, with what that sink knew to add. */
        IN_TURN
    }

    /** A piece of a partition, read in an epoch. */
    public record Read(int epoch, PartitionChanges changes) {}

    private static final class Writer {
        final LaneSettings settings;
        final Lane lane;
        final int index;
        boolean timed;

        Writer(LaneSettings settings, int index) {
            this.settings = settings;
            this.lane = new Lane(settings.policy());
            this.index = index;
        }

        Sink sink() {
            return settings.sink();
        }
    }

    private final Object lock = new Object();
    private final List<Writer> writers = new ArrayList<>();
    private final boolean inTurn;
    private final PartitionStates partitions;
    private final DeliveredPositions deliveredPositions;
    private final Upstream upstream;
    private final DeliveryListener listener;
    private final ScheduledExecutorService timer;
    private final Room room;
    private final DeliveredKeeper keeper;
    private boolean draining;
    private @Nullable CompletableFuture<Void> drained;

    /** @param maxBufferedBytes memory of accepted changes above which {@link #accept} asks to wait */
    public Delivery(
            List<LaneSettings> lanes,
            DeliveredPositions deliveredPositions,
            Upstream upstream,
            DeliveryListener listener,
            ScheduledExecutorService timer,
            long maxBufferedBytes) {
        this(lanes, Lanes.SIDE_BY_SIDE, deliveredPositions, upstream, listener, timer, maxBufferedBytes);
    }

    /** The same, with the lanes in this arrangement. */
    public Delivery(
            List<LaneSettings> lanes,
            Lanes arrangement,
            DeliveredPositions deliveredPositions,
            Upstream upstream,
            DeliveryListener listener,
            ScheduledExecutorService timer,
            long maxBufferedBytes) {
        this.inTurn = arrangement == Lanes.IN_TURN;
        lanes.forEach(settings -> writers.add(new Writer(settings, writers.size())));
        this.partitions = new PartitionStates(lanes.size());
        this.deliveredPositions = deliveredPositions;
        this.upstream = upstream;
        this.listener = listener;
        this.timer = timer;
        this.room = new Room(maxBufferedBytes, listener::buffered);
        this.keeper = new DeliveredKeeper(deliveredPositions, timer, this::moved);
    }

    /**
     * Begins a new epoch of these partitions and reads where they stand from the stores. Then seek, and call {@link #start}.
     *
     * @return for each partition its epoch and where to read from
     */
    public CompletionStage<Map<TopicPartition, Opening>> open(Collection<TopicPartition> opened) {
        Set<TopicPartition> set = Set.copyOf(opened);
        Map<TopicPartition, Integer> epochs;
        CompletionStage<Void> ready;
        List<CompletableFuture<Void>> served;
        synchronized (lock) {
            epochs = partitions.beginEpoch(set);
            drop(set);
            served = room.takeServed();
            ready = whenIdle(set);
        }
        served.forEach(waiting -> waiting.complete(null));
        for (Writer writer : writers) {
            ready = ready.thenCompose(none -> writer.sink().open(set)).thenAccept(positions -> {});
        }
        return ready.thenCompose(none -> deliveredPositions.read(set)).thenApply(stored -> {
            Map<TopicPartition, Opening> openings = new HashMap<>();
            epochs.forEach((partition, epoch) ->
                    openings.put(partition, PartitionStates.opening(epoch, stored.get(partition))));
            return openings;
        });
    }

    /**
     * The consumer stands at these offsets now. Epochs that are not the newest any more are ignored.
     *
     * @param starts for each partition the epoch of its opening
     * @param nextOffsets for each partition where the consumer was sought to
     */
    public void start(Map<TopicPartition, Integer> starts, Map<TopicPartition, Long> nextOffsets) {
        Map<TopicPartition, Long> started;
        synchronized (lock) {
            started = partitions.start(starts, nextOffsets);
        }
        if (!started.isEmpty()) {
            listener.started(started);
        }
    }

    /**
     * Takes what was read. What belongs to an older epoch, or to a partition that stands still, is dropped: it will be read again.
     * If a partition waits for something else than what comes, it is opened anew: it would wait for ever.
     *
     * @return completes when there is room for more
     */
    public CompletionStage<Void> accept(List<Read> reads) {
        CompletableFuture<Void> hasRoom = new CompletableFuture<>();
        long now = System.nanoTime();
        Set<TopicPartition> strays = new HashSet<>();
        synchronized (lock) {
            for (Read read : reads) {
                if (draining) {
                    continue;
                }
                switch (partitions.accept(read)) {
                    case NEXT -> offer(new Link(read.changes(), read.epoch(), now, inTurn ? 1 : writers.size()));
                    case STRAY -> strays.add(read.changes().partition());
                    case VOID -> {}
                }
            }
            partitions.suspend(strays);
            room.await(hasRoom);
        }
        if (!strays.isEmpty()) {
            listener.rewound("intake", strays, "the records that came are not those that follow");
            upstream.rewind(strays);
        }
        writers.forEach(this::writeIfDue);
        return hasRoom;
    }

    private void offer(Link link) {
        listener.accepted(link.changes);
        room.use(link.changes.bytes());
        (inTurn ? writers.subList(0, 1) : writers).forEach(writer -> writer.lane.offer(link));
    }

    /** These partitions stand still from here on because of a table that can't be read; what was accepted goes on. */
    public void stop(@Nullable TableId table, Set<TopicPartition> stopped, String reason) {
        synchronized (lock) {
            partitions.stop(stopped);
        }
        listener.stopped(table, stopped, reason);
        upstream.stopped(stopped);
    }

    /** Nothing more of these partitions is accepted until they are opened anew; what was accepted goes on. */
    public void hold(Set<TopicPartition> held) {
        synchronized (lock) {
            partitions.stop(held);
        }
    }

    /** The partitions belong to somebody else now. */
    public void revoke(Collection<TopicPartition> revoked) {
        Set<TopicPartition> set = Set.copyOf(revoked);
        CompletionStage<Void> idle;
        List<CompletableFuture<Void>> served;
        synchronized (lock) {
            partitions.forget(set);
            drop(set);
            served = room.takeServed();
            idle = whenIdle(set);
        }
        served.forEach(waiting -> waiting.complete(null));
        listener.revoked(set);
        var unused = idle.thenRun(() -> {
            Set<TopicPartition> gone = new HashSet<>(set);
            synchronized (lock) {
                gone.removeAll(partitions.known());
            }
            writers.forEach(writer -> writer.sink().close(gone));
        });
    }

    /** The offsets below which everything is delivered, for the partitions that are open. */
    public Map<TopicPartition, Long> delivered() {
        synchronized (lock) {
            return partitions.delivered();
        }
    }

    /** Accepts nothing more and writes what is queued without waiting for company. Completes when all is written. */
    public CompletionStage<Void> drain() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (lock) {
            draining = true;
            drained = done;
        }
        completeIfDrained();
        writers.forEach(this::writeIfDue);
        return done.thenCompose(none -> keeper.flush());
    }

    private void writeIfDue(Writer writer) {
        List<Link> links;
        Duration later;
        synchronized (lock) {
            long now = System.nanoTime();
            links = writer.lane.take(now, draining || room.isAwaited());
            later = links.isEmpty() && !writer.timed ? writer.lane.untilDue(now) : null;
            writer.timed |= later != null;
        }
        if (!links.isEmpty()) {
            writer.settings.writer().execute(() -> write(writer, links));
        } else if (later != null) {
            var unused = timer.schedule(() -> writeAtTime(writer), later.toMillis() + 1, TimeUnit.MILLISECONDS);
        }
    }

    private void writeAtTime(Writer writer) {
        synchronized (lock) {
            writer.timed = false;
        }
        writeIfDue(writer);
    }

    private void write(Writer writer, List<Link> links) {
        ChangeBatch batch =
                ChangeBatch.of(links.stream().map(link -> link.changes).toList());
        FailPoint.WRITING.reached(writer.sink().name());
        listener.writing(writer.sink().name(), batch);
        long started = System.nanoTime();
        CompletionStage<Map<TopicPartition, Ledger>> stage;
        try {
            stage = writer.sink().write(batch);
        } catch (RuntimeException | Error e) { // out of memory too: a lane that ended here would stand still in silence
            stage = CompletableFuture.failedStage(e);
        }
        stage.thenApply(outcome -> checked(writer, batch, outcome)).whenComplete((outcome, failure) -> {
            if (failure == null) {
                FailPoint.PASSING.reached(writer.sink().name());
                listener.written(writer.sink().name(), batch, outcome, Duration.ofNanos(System.nanoTime() - started));
                passed(writer, links);
            } else {
                failed(writer, links, batch, Retry.unwrap(failure));
            }
            writeIfDue(writer);
        });
    }

    /** Every record that was read must have met some end at the sink, or nothing of the batch counts as delivered. */
    private static Map<TopicPartition, Ledger> checked(
            Writer writer, ChangeBatch batch, Map<TopicPartition, Ledger> outcome) {
        batch.partitions()
                .forEach(link -> outcome.getOrDefault(link.partition(), Ledger.EMPTY)
                        .check(link, "the sink " + writer.sink().name()));
        return outcome;
    }

    private void passed(Writer writer, List<Link> links) {
        Map<TopicPartition, Long> delivered;
        List<CompletableFuture<Void>> served;
        synchronized (lock) {
            delivered = partitions.passed(writer.index, links);
            boolean last = !inTurn || writer.index == writers.size() - 1;
            links.forEach(last ? this::leave : link -> handOn(writer, link));
            writer.lane.done(List.of());
            served = room.takeServed();
        }
        served.forEach(waiting -> waiting.complete(null));
        if (!delivered.isEmpty()) {
            listener.delivered(delivered);
            FailPoint.PASSED.reached();
            upstream.delivered(delivered);
            FailPoint.ACKNOWLEDGED.reached();
            keeper.delivered(delivered);
        }
        if (inTurn && writer.index < writers.size() - 1) {
            writeIfDue(writers.get(writer.index + 1));
        }
        completeIfDrained();
    }

    /** Gives a link that this lane has passed to the next one; what was dropped meanwhile goes nowhere. */
    private void handOn(Writer writer, Link link) {
        leave(link);
        if (partitions.isCurrent(link)) {
            Link more = link.with(writer.sink().completed(link.changes));
            room.use(more.changes.bytes());
            writers.get(writer.index + 1).lane.offer(more);
        }
    }

    private void failed(Writer writer, List<Link> links, ChangeBatch batch, Throwable failure) {
        Set<TopicPartition> concerned = concerned(batch, failure);
        boolean rewind = failure instanceof PositionMovedException;
        List<CompletableFuture<Void>> served;
        synchronized (lock) {
            List<Link> again = new ArrayList<>();
            for (Link link : links) {
                if (concerned.contains(link.partition()) || !partitions.isCurrent(link)) {
                    leave(link);
                } else {
                    again.add(link);
                }
            }
            if (rewind) {
                partitions.suspend(concerned);
            } else {
                partitions.stop(concerned);
            }
            drop(concerned);
            writer.lane.done(again);
            served = room.takeServed();
        }
        served.forEach(waiting -> waiting.complete(null));
        completeIfDrained();
        String reason = describe(failure);
        if (failure instanceof RetriableException) {
            return; // no further attempts, since the service stops; nothing of the batch counts as delivered
        }
        if (rewind) {
            listener.rewound(writer.sink().name(), concerned, reason);
            upstream.rewind(concerned);
        } else {
            listener.stopped(failure instanceof TableStoppedException stop ? stop.table() : null, concerned, reason);
            upstream.stopped(concerned);
        }
    }

    /** The stored positions of these partitions are others than what was read makes for. */
    private void moved(PositionMovedException failure) {
        Set<TopicPartition> concerned = new HashSet<>(failure.partitions());
        List<CompletableFuture<Void>> served;
        synchronized (lock) {
            concerned.retainAll(partitions.known());
            partitions.suspend(concerned);
            drop(concerned);
            served = room.takeServed();
        }
        served.forEach(waiting -> waiting.complete(null));
        completeIfDrained();
        if (!concerned.isEmpty()) {
            listener.rewound("outbox", concerned, describe(failure));
            upstream.rewind(concerned);
        }
    }

    private static Set<TopicPartition> concerned(ChangeBatch batch, Throwable failure) {
        Set<TopicPartition> concerned = new HashSet<>(batch.topicPartitions());
        if (failure instanceof PositionMovedException moved) {
            concerned.retainAll(moved.partitions());
        } else if (failure instanceof LedgerBrokenException broken) {
            concerned.retainAll(broken.partitions());
        } else if (failure instanceof TableStoppedException stop) {
            concerned.retainAll(batch.partitionsOf(stop.table()));
        }
        return concerned.isEmpty() ? batch.topicPartitions() : concerned;
    }

    private static String describe(Throwable failure) {
        return failure instanceof TableStoppedException
                        || failure instanceof PositionMovedException
                        || failure instanceof LedgerBrokenException
                ? String.valueOf(failure.getMessage())
                : "unexpected " + failure + "; please report this as a defect";
    }

    private CompletionStage<Void> whenIdle(Set<TopicPartition> set) {
        CompletionStage<Void> idle = CompletableFuture.completedStage(null);
        for (Writer writer : writers) {
            CompletionStage<Void> lane = writer.lane.whenIdle(set);
            idle = idle.thenCompose(none -> lane);
        }
        return idle;
    }

    private void drop(Set<TopicPartition> set) {
        writers.forEach(writer -> writer.lane.drop(set).forEach(this::leave));
    }

    private void leave(Link link) {
        if (link.leave()) {
            room.free(link.changes.bytes());
        }
    }

    /** After what was written last has been told, so that a drain stores it too. */
    private void completeIfDrained() {
        CompletableFuture<Void> done;
        synchronized (lock) {
            boolean empty = writers.stream().allMatch(writer -> writer.lane.isEmpty());
            done = empty ? drained : null;
        }
        if (done != null) {
            done.complete(null);
        }
    }
}
