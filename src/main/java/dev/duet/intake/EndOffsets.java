package dev.duet.intake;

import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.OpenTransaction;
import dev.duet.delivery.ReadTo;
import dev.duet.intake.OpenTransactions.Ends;
import dev.duet.intake.OpenTransactions.Owner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far there is to go. The ends are the brokers' word, asked by another client than the consumer: what that one says of its lag is
 * wrong after any of its questions for offsets (kafka-clients 4.1.1 and 4.3.1 take each answer for the last stable offset), and it knows
 * nothing of what lies behind an open transaction.
 */
final class EndOffsets {
    private static final int LIMIT_MILLIS = 5000;
    /** With exactly-once source connectors transactions are open most of the time, for a moment each. */
    private static final Duration LONG_OPEN = Duration.ofSeconds(10);

    /** A transaction that was open when it was looked for last. */
    private record Seen(
            long stable, Instant first, @Nullable Owner owner) {
        /** By the clock of the brokers' coordinator, if that tells; it began at the latest when it was seen. */
        Instant since() {
            Instant began = owner == null ? null : owner.began();
            return began != null && began.isBefore(first) ? began : first;
        }
    }

    private final Supplier<Admin> admin;
    private final Generations generations;
    private final DeliveryListener listener;
    private final Clock clock;
    private final AtomicReference<@Nullable Map<TopicPartition, Ends>> answer = new AtomicReference<>();
    private final Map<TopicPartition, Owner> owners = new ConcurrentHashMap<>();
    /** On the polling thread only. */
    private final Map<TopicPartition, Seen> seen = new HashMap<>();

    private volatile boolean asking;
    private volatile boolean askingOwners;

    /** @param admin the client to ask with; throws as long as there is none */
    EndOffsets(Supplier<Admin> admin, Generations generations, DeliveryListener listener, Clock clock) {
        this.admin = admin;
        this.generations = generations;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Tells what the brokers have answered since the last time, and asks again. On the polling thread, where no partition comes or goes
     * meanwhile: what is told belongs to this process.
     *
     * @param existing the partitions whose topics exist: about another an answer would be waited for in vain
     */
    void tell(Consumer<?, ?> consumer, Set<TopicPartition> existing) {
        Set<TopicPartition> assigned = consumer.assignment();
        Map<TopicPartition, Ends> ends = answer.getAndSet(null);
        if (ends != null) {
            ends.keySet().retainAll(assigned);
            Map<dev.duet.change.TopicPartition, Long> offsets = new HashMap<>();
            ends.forEach((partition, of) -> offsets.put(generations.of(partition), of.end()));
            listener.endsAt(offsets);
            listener.openTransactions(longOpen(ends));
        }
        Map<dev.duet.change.TopicPartition, ReadTo> readTo = new HashMap<>();
        for (TopicPartition partition : assigned) {
            PollEpochs.nextRecord(partition)
                    .ifPresent(next ->
                            readTo.put(generations.of(partition), new ReadTo(next, consumer.position(partition))));
        }
        listener.readTo(readTo);
        Set<TopicPartition> asked = new HashSet<>(assigned);
        asked.retainAll(existing);
        if (!asked.isEmpty() && !asking) {
            ask(asked);
        }
    }

    private void ask(Set<TopicPartition> partitions) {
        // The question may throw at once, and is then asked again: no answer would ever clear the flag.
        CompletionStage<Map<TopicPartition, Ends>> question =
                new OpenTransactions(admin.get(), LIMIT_MILLIS).ends(partitions);
        asking = true;
        var unused = question.whenComplete((ends, failure) -> {
            if (failure == null) {
                answer.set(ends);
            }
            asking = false;
        });
    }

    private Map<dev.duet.change.TopicPartition, OpenTransaction> longOpen(Map<TopicPartition, Ends> ends) {
        Instant now = clock.instant();
        seen.keySet().retainAll(ends.keySet());
        owners.keySet().retainAll(seen.keySet());
        Set<TopicPartition> strangers = new HashSet<>();
        Map<dev.duet.change.TopicPartition, OpenTransaction> open = new HashMap<>();
        ends.forEach((partition, of) -> {
            Seen before = seen.get(partition);
            if (!of.isHidden()) {
                seen.remove(partition);
                owners.remove(partition);
            } else if (before == null || before.stable() != of.stable()) {
                owners.remove(partition);
                seen.put(partition, new Seen(of.stable(), now, null));
            } else {
                Seen is = new Seen(before.stable(), before.first(), owners.get(partition));
                if (is.owner() == null) {
                    strangers.add(partition);
                }
                if (is.since().plus(LONG_OPEN).isBefore(now)) {
                    open.put(
                            generations.of(partition),
                            new OpenTransaction(
                                    of.stable(),
                                    of.end() - of.stable(),
                                    is.since(),
                                    is.owner() == null ? "" : is.owner().text()));
                }
            }
        });
        if (!strangers.isEmpty() && !askingOwners) {
            askOwners(strangers);
        }
        return open;
    }

    private void askOwners(Set<TopicPartition> partitions) {
        CompletionStage<Map<TopicPartition, Owner>> question =
                new OpenTransactions(admin.get(), LIMIT_MILLIS).owners(partitions);
        askingOwners = true;
        var unused = question.whenComplete((found, failure) -> {
            if (failure == null) {
                owners.putAll(found);
            }
            askingOwners = false;
        });
    }
}
