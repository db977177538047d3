package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.EmbeddedStack;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delta.FaultyProxy.Fate;
import dev.duet.delta.FaultyProxy.Request;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each offset once, whoever else writes and whatever answer is lost. */
class DeltaCommitTest {
    enum Store {
        DISK,
        S3;

        DeltaConfig config(String prefix) {
            return config(prefix, Map.of());
        }

        DeltaConfig config(String prefix, Map<String, String> more) {
            Map<String, String> settings = this == DISK ? DeltaFixture.disk(prefix) : DeltaFixture.s3(prefix);
            settings.putAll(more);
            return DeltaFixture.config(settings);
        }
    }

    @ParameterizedTest
    @EnumSource
    void positionsSurviveARestart(Store store) throws IOException {
        DeltaConfig config = store.config("restart");
        try (DeltaSink sink = new DeltaSink("p", config)) {
            assertThat(await(sink.open(List.of(partition(0))))).isEmpty();
            assertThat(await(sink.write(batch(orders(ORDERS, 0, 0, 10)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(10, 0, 0, 0)));
        }
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.open(List.of(partition(0))));
            assertThat(await(sink.write(batch(orders(ORDERS, 0, 5, 15)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(5, 5, 0, 0)));
            assertThat(await(sink.write(batch(orders(ORDERS, 0, 0, 15)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(0, 15, 0, 0)));
            assertThat(offsets(reading, 0)).containsExactlyElementsOf(range(0, 15));
            StoredPosition position = reading.position("p", partition(0)).orElseThrow();
            assertThat(position.next()).isEqualTo(15);
            assertThat(position.applied()).isEqualTo(15);
            assertThat(position.skipped()).isEqualTo(5);
            assertThat(reading.snapshot().getVersion()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writersOfOtherPartitionsLoseNothing(Store store) throws IOException {
        DeltaConfig config = store.config("race");
        int commits = 25;
        try (DeltaSink left = new DeltaSink("p", config);
                DeltaSink right = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> append(right, 1, commits));
            append(left, 0, commits);
            other.join();
            assertThat(offsets(reading, 0)).containsExactlyElementsOf(range(0, commits * 3L));
            assertThat(offsets(reading, 1)).containsExactlyElementsOf(range(0, commits * 3L));
            assertThat(reading.snapshot().getVersion()).isEqualTo(2L * commits);
        }
    }

    private static void append(DeltaSink sink, int partition, int commits) {
        for (long i = 0; i < commits; i++) {
            Map<?, Ledger> result = await(sink.write(batch(orders(ORDERS, partition, i * 3, i * 3 + 3))));
            assertThat(result.get(partition(partition))).isEqualTo(new Ledger(3, 0, 0, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriterThatLostItsPartitionWritesNothing(Store store) throws IOException {
        DeltaConfig config = store.config("zombie");
        try (DeltaSink zombie = new DeltaSink("p", config);
                DeltaSink heir = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(zombie.open(List.of(partition(0))));
            await(zombie.write(batch(orders(ORDERS, 0, 0, 5))));
            await(heir.open(List.of(partition(0))));
            await(heir.write(batch(orders(ORDERS, 0, 5, 10))));
            assertThatThrownBy(() -> await(zombie.write(batch(orders(ORDERS, 0, 5, 10)))))
                    .isInstanceOfSatisfying(
                            PositionMovedException.class,
                            moved -> assertThat(moved.partitions()).containsExactly(partition(0)));
            await(heir.write(batch(orders(ORDERS, 0, 10, 12))));
            await(zombie.open(List.of(partition(0))));
            assertThat(await(zombie.write(batch(orders(ORDERS, 0, 5, 14)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(2, 7, 0, 0)));
            assertThat(offsets(reading, 0)).containsExactlyElementsOf(range(0, 14));
        }
    }

    /** Two writers own the same partitions all the time, and each starts over where the table says when it has lost. */
    @ParameterizedTest
    @EnumSource
    void rivalsForOnePartitionApplyEachOffsetOnce(Store store) throws IOException {
        DeltaConfig config = store.config("rivals");
        AtomicInteger lost = new AtomicInteger();
        try (DeltaSink left = new DeltaSink("p", config);
                DeltaSink right = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> compete(right, lost));
            compete(left, lost);
            other.join();
            assertThat(offsets(reading, 0)).containsExactlyElementsOf(range(0, 60));
        }
    }

    private static void compete(DeltaSink sink, AtomicInteger lost) {
        for (long next = 0; next < 60; next += 3) {
            try {
                await(sink.write(batch(orders(ORDERS, 0, next, next + 3))));
            } catch (PositionMovedException e) {
                lost.incrementAndGet();
                await(sink.open(List.of(partition(0))));
                next = -3;
            }
        }
    }

    @Test
    void aLostAnswerCommitsOnce() throws IOException {
        commitWith(attempts(Map.of("PUT", List.of(Fate.ANSWER_LOST))), 1);
    }

    @Test
    void lostAnswersAndUnreadableLogCommitOnce() throws IOException {
        // Three sendings by the SDK for each of S3A's tries; then the version can't be read back at first either.
        List<Fate> refused = java.util.Collections.nCopies(6, Fate.REFUSED);
        commitWith(attempts(Map.of("PUT", List.of(Fate.ANSWER_LOST, Fate.REFUSED, Fate.REFUSED), "GET", refused)), 1);
    }

    @Test
    void aRequestThatNeverArrivesIsSentAgain() throws IOException {
        commitWith(attempts(Map.of("PUT", java.util.Collections.nCopies(7, Fate.LOST))), 1);
    }

    @Test
    void aStoreThatRefusesAllIsRetriable() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("refused", proxy.endpoint()));
            try (DeltaSink sink = new DeltaSink("p", config)) {
                await(sink.write(batch(orders(ORDERS, 0, 0, 5))));
                proxy.faults(request -> Fate.REFUSED);
                assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 5, 9)))))
                        .isInstanceOf(RetriableException.class)
                        .hasMessageContaining("public.orders")
                        .hasMessageContaining("503");
                proxy.faults(request -> Fate.PASS);
                assertThat(await(sink.write(batch(orders(ORDERS, 0, 5, 9)))))
                        .isEqualTo(Map.of(partition(0), new Ledger(4, 0, 0, 0)));
            }
        }
    }

    /** Faults for the first requests to version 2 of the log, by method. */
    private static FaultyProxy.Faults attempts(Map<String, List<Fate>> fates) {
        Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        return request -> {
            if (!request.line().endsWith("/00000000000000000002.json")) {
                return Fate.PASS;
            }
            String method = request.line().substring(0, request.line().indexOf(' '));
            List<Fate> those = fates.getOrDefault(method, List.of());
            int index = counts.computeIfAbsent(method, m -> new AtomicInteger()).getAndIncrement();
            return index < those.size() ? those.get(index) : Fate.PASS;
        };
    }

    private static void commitWith(FaultyProxy.Faults faults, int versions) throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("lost", proxy.endpoint()));
            try (DeltaSink sink = new DeltaSink("p", config);
                    TableReading reading = new TableReading(config, ORDERS.table())) {
                await(sink.write(batch(orders(ORDERS, 0, 0, 5))));
                proxy.faults(faults);
                assertThat(await(sink.write(batch(orders(ORDERS, 0, 5, 9)))))
                        .isEqualTo(Map.of(partition(0), new Ledger(4, 0, 0, 0)));
                proxy.faults(request -> Fate.PASS);
                await(sink.write(batch(orders(ORDERS, 0, 9, 12))));
                assertThat(offsets(reading, 0)).containsExactlyElementsOf(range(0, 12));
                assertThat(reading.snapshot().getVersion()).isEqualTo(2L + versions);
            }
        }
    }

    @Test
    void aStoreThatIgnoresTheConditionIsRefused() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            proxy.faults(request -> request.conditional() ? Fate.CONDITION_IGNORED : Fate.PASS);
            Map<String, String> settings = new HashMap<>(DeltaFixture.s3("ignores", proxy.endpoint()));
            try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
                assertThatThrownBy(() -> await(sink.open(List.of(partition(0)))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("If-None-Match")
                        .hasMessageContaining(proxy.endpoint())
                        .hasMessageContaining(settings.get("duet.delta.root"));
            }
            assertThat(proxy.requests()).extracting(Request::conditional).contains(true);
        }
    }

    private static List<Long> offsets(TableReading reading, int partition) throws IOException {
        return reading.rows().stream()
                .filter(row -> Integer.valueOf(partition).equals(row.get("__partition")))
                .map(row -> (Long) row.get("__offset"))
                .sorted()
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
