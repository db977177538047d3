package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How far each open partition has come. Answers questions, does nothing; guarded by the delivery's lock. */
final class PartitionStates {
    private static final long NOT_STARTED = -1;

    private static final class State {
        /** What is accepted carries this number. */
        int epoch;
        /** Where the next piece must begin; {@link #NOT_STARTED} while nothing is accepted. */
        long acceptedNext = NOT_STARTED;
        /** For each lane the offset below which all has passed it. */
        long[] passed = {};
        /** The lowest of {@code passed}. */
        long delivered;
    }

    private final int lanes;
    private final Map<TopicPartition, State> states = new HashMap<>();
    /** Never reused, not even by a partition that was revoked and comes back. */
    private int lastEpoch;

    PartitionStates(int lanes) {
        this.lanes = lanes;
    }

    Map<TopicPartition, Integer> beginEpoch(Set<TopicPartition> partitions) {
        Map<TopicPartition, Integer> epochs = new HashMap<>();
        for (TopicPartition partition : partitions) {
            State state = new State();
            state.epoch = ++lastEpoch;
            states.put(partition, state);
            epochs.put(partition, state.epoch);
        }
        return epochs;
    }

    /** The partitions that have started; those with an older epoch than the newest have not. */
    Map<TopicPartition, Long> start(Map<TopicPartition, Integer> epochs, Map<TopicPartition, Long> nextOffsets) {
        Map<TopicPartition, Long> started = new HashMap<>();
        epochs.forEach((partition, epoch) -> {
            State state = states.get(partition);
            Long next = nextOffsets.get(partition);
            if (state != null && state.epoch == epoch && next != null) {
                state.acceptedNext = next;
                state.passed = new long[lanes];
                Arrays.fill(state.passed, next);
                state.delivered = next;
                started.put(partition, next);
            }
        });
        return started;
    }

    /** What a piece is to its partition. */
    enum Fit {
        /** The one that the partition waits for. */
        NEXT,
        /** The partition is not read, or an opening is on its way that will bring the piece again. */
        VOID,
        /** The partition waits for another one, which will not come by itself. */
        STRAY
    }

    Fit accept(Delivery.Read read) {
        State state = states.get(read.changes().partition());
        if (state == null || state.acceptedNext == NOT_STARTED) {
            return Fit.VOID;
        }
        if (state.epoch != read.epoch() || state.acceptedNext != read.changes().firstOffset()) {
            return Fit.STRAY;
        }
        state.acceptedNext = read.changes().nextOffset();
        return Fit.NEXT;
    }

    /** Nothing is accepted until the next opening; what is queued may still be written. */
    void stop(Set<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            State state = states.get(partition);
            if (state != null) {
                state.acceptedNext = NOT_STARTED;
            }
        }
    }

    /** As {@link #stop}, and what was accepted is void. */
    void suspend(Set<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            State state = states.get(partition);
            if (state != null) {
                state.epoch = ++lastEpoch;
                state.acceptedNext = NOT_STARTED;
            }
        }
    }

    void forget(Set<TopicPartition> partitions) {
        states.keySet().removeAll(partitions);
    }

    Set<TopicPartition> known() {
        return Set.copyOf(states.keySet());
    }

    boolean isCurrent(Link link) {
        State state = states.get(link.partition());
        return state != null && state.epoch == link.epoch;
    }

    /** A lane has passed these links. Returns what has become delivered by that. */
    Map<TopicPartition, Long> passed(int lane, List<Link> links) {
        Map<TopicPartition, Long> advanced = new HashMap<>();
        for (Link link : links) {
            State state = states.get(link.partition());
            if (state == null || state.epoch != link.epoch) {
                continue;
            }
            state.passed[lane] = link.changes.nextOffset();
            long delivered = Arrays.stream(state.passed).min().orElse(state.delivered);
            if (delivered > state.delivered) {
                state.delivered = delivered;
                advanced.put(link.partition(), delivered);
            }
        }
        return advanced;
    }

    Map<TopicPartition, Long> delivered() {
        Map<TopicPartition, Long> delivered = new HashMap<>();
        states.forEach((partition, state) -> {
            if (state.passed.length > 0) {
                delivered.put(partition, state.delivered);
            }
        });
        return delivered;
    }

    static Opening opening(int epoch, @Nullable Long storedNext) {
        return new Opening(epoch, storedNext == null ? OptionalLong.empty() : OptionalLong.of(storedNext));
    }
}
