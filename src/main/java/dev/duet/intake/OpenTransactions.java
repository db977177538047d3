package dev.duet.intake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.admin.DescribeTransactionsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Asks the brokers where partitions end, and whose transaction keeps their last records from being read. Nothing here blocks. */
final class OpenTransactions {
    /**
     * The ends of a partition.
     *
     * @param stable where the first open transaction begins: nothing from there on can be read; the end if there is none
     * @param end the offset that the next record gets
     */
    record Ends(long stable, long end) {
        boolean isHidden() {
            return stable < end;
        }
    }

    /**
     * The owner of an open transaction, as far as the brokers tell and the login may know.
     *
     * @param began null if it is not known
     */
    record Owner(
            long producerId,
            @Nullable String transactionalId,
            @Nullable Instant began) {
        String text() {
            return "producer id " + producerId
                    + (transactionalId == null ? "" : ", transactional id " + transactionalId);
        }
    }

    private final Admin admin;
    private final int limitMillis;

    OpenTransactions(Admin admin, int limitMillis) {
        this.admin = admin;
        this.limitMillis = limitMillis;
    }

    /** Those partitions are left out of which a broker does not tell both. */
    CompletionStage<Map<TopicPartition, Ends>> ends(Collection<TopicPartition> partitions) {
        // The end is asked for last, or a transaction that ends in between would make it less than the other.
        return latest(partitions, IsolationLevel.READ_COMMITTED)
                .thenCompose(stable -> latest(stable.keySet(), IsolationLevel.READ_UNCOMMITTED)
                        .thenApply(ends -> {
                            Map<TopicPartition, Ends> both = new HashMap<>();
                            ends.forEach((partition, end) -> {
                                Long first = stable.get(partition);
                                if (first != null) {
                                    both.put(partition, new Ends(Math.min(first, end), end));
                                }
                            });
                            return both;
                        }));
    }

    private CompletionStage<Map<TopicPartition, Long>> latest(
            Collection<TopicPartition> partitions, IsolationLevel isolation) {
        Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();
        if (partitions.isEmpty()) {
            return CompletableFuture.completedStage(offsets);
        }
        ListOffsetsResult result = admin.listOffsets(
                partitions.stream().collect(Collectors.toMap(partition -> partition, one -> OffsetSpec.latest())),
                new ListOffsetsOptions(isolation).timeoutMs(limitMillis));
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            answers.add(future(result.partitionResult(partition)).handle((info, failure) -> {
                if (info != null && failure == null) {
                    offsets.put(partition, info.offset());
                }
                return null;
            }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> offsets);
    }

    /** Who holds these partitions back. One that is not known, or may not be asked for, is missing. */
    CompletionStage<Map<TopicPartition, Owner>> owners(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> producers = new ConcurrentHashMap<>();
        var result = admin.describeProducers(partitions, new DescribeProducersOptions().timeoutMs(limitMillis));
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            answers.add(future(result.partitionResult(partition)).handle((state, failure) -> {
                first(state == null ? List.of() : state.activeProducers())
                        .ifPresent(first -> producers.put(partition, first.producerId()));
                return null;
            }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenCompose(all -> transactions(Set.copyOf(producers.values())))
                .thenApply(known -> {
                    Map<TopicPartition, Owner> owners = new HashMap<>();
                    producers.forEach((partition, id) ->
                            owners.put(partition, known.getOrDefault(id, new Owner(id, null, null))));
                    return owners;
                });
    }

    private static Optional<ProducerState> first(List<ProducerState> active) {
        return active.stream()
                .filter(state -> state.currentTransactionStartOffset().isPresent())
                .min(Comparator.comparingLong(
                        state -> state.currentTransactionStartOffset().orElse(0)));
    }

    /** Of these producers those whose transactions the coordinators know, and this login may look at. */
    private CompletionStage<Map<Long, Owner>> transactions(Set<Long> producers) {
        if (producers.isEmpty()) {
            return CompletableFuture.completedStage(Map.of());
        }
        return future(admin.listTransactions(new ListTransactionsOptions()
                                .filterProducerIds(producers)
                                .timeoutMs(limitMillis))
                        .all())
                .thenCompose(this::described)
                .exceptionally(failure -> Map.of());
    }

    private CompletionStage<Map<Long, Owner>> described(Collection<TransactionListing> listed) {
        Map<Long, Owner> owners = new ConcurrentHashMap<>();
        listed.forEach(one -> owners.put(one.producerId(), new Owner(one.producerId(), one.transactionalId(), null)));
        List<String> ids =
                listed.stream().map(TransactionListing::transactionalId).toList();
        var described = admin.describeTransactions(ids, new DescribeTransactionsOptions().timeoutMs(limitMillis));
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (String id : ids) {
            answers.add(future(described.description(id)).handle((description, failure) -> {
                if (description != null) {
                    owners.put(description.producerId(), owner(id, description));
                }
                return null;
            }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> owners);
    }

    private static Owner owner(String id, TransactionDescription description) {
        OptionalLong began = description.transactionStartTimeMs();
        return new Owner(
                description.producerId(), id, began.isPresent() ? Instant.ofEpochMilli(began.getAsLong()) : null);
    }

    private static <T> CompletableFuture<T> future(KafkaFuture<T> future) {
        return future.toCompletionStage().toCompletableFuture();
    }
}
