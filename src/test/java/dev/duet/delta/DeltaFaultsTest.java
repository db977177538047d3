package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.EmbeddedStack;
import dev.duet.change.ChangeBatch;
import dev.duet.delivery.Backoff;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.Retry;
import dev.duet.delivery.RetryingSink;
import dev.duet.delivery.Sink;
import dev.duet.delivery.TableStoppedException;
import dev.duet.delta.FaultyProxy.Fate;
import dev.duet.delta.FaultyProxy.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.s3a.impl.AWSClientConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guarantee: whatever the store does to whichever request, once or for so long that the write as a whole fails, each offset is in
 * the table once and the position is right.
 */
class DeltaFaultsTest {
    /** More than the SDK's and S3A's tries together: the write fails and is tried again as a whole. */
    private static final int LASTING = 14;

    private static final long STEPS = 5;

    /** Which request is hit. */
    enum Target {
        DATA_PUT(line -> line.startsWith("PUT") && line.endsWith(".parquet") && !line.contains("_delta_log")),
        LOG_PUT(line -> line.startsWith("PUT") && line.endsWith(".json")),
        LOG_GET(line -> line.startsWith("GET") && line.endsWith(".json")),
        LIST(line -> line.startsWith("GET") && line.contains("list-type")),
        CHECKPOINT_PUT(line -> line.startsWith("PUT") && line.contains(".checkpoint")),
        LAST_CHECKPOINT(line -> line.endsWith("_last_checkpoint")),
        CHECKSUM_PUT(line -> line.startsWith("PUT") && line.endsWith(".crc")),
        CHECKSUM_GET(line -> line.startsWith("GET") && line.endsWith(".crc"));

        private final Predicate<String> lines;

        Target(Predicate<String> lines) {
            this.lines = lines;
        }

        boolean hits(Request request) {
            return lines.test(request.line());
        }
    }

    @BeforeAll
    static void allowShortTimeouts() {
        AWSClientConfig.setMinimumOperationDuration(Duration.ofMillis(100)); // S3A's own floor is 15 s
    }

    @AfterAll
    static void asBefore() {
        AWSClientConfig.resetMinimumOperationDuration();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PASS", "CONDITION_IGNORED"})
    void everyRequestMayFail(Fate fate) throws Exception {
        try (ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
                ExecutorService threads = Executors.newFixedThreadPool(Target.values().length)) {
            List<CompletableFuture<Void>> cases = new ArrayList<>();
            for (Target target : EnumSet.allOf(Target.class)) {
                cases.add(CompletableFuture.runAsync(() -> hit(target, fate, timer), threads));
            }
            CompletableFuture.allOf(cases.toArray(new CompletableFuture<?>[0])).join();
        }
    }

    /** Another writer commits in between, so that the log is read too. */
    private static void hit(Target target, Fate fate, ScheduledExecutorService timer) {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            Map<String, String> settings = DeltaFixture.s3(fate + "-" + target, proxy.endpoint());
            settings.put("duet.delta.checkpoint-interval", "3"); // versions 3 and 9 are this writer's
            settings.put("duet.delta.s3.request-timeout", "2s");
            DeltaConfig config = DeltaFixture.config(settings);
            settings.put("duet.delta.s3.endpoint", EmbeddedStack.shared().s3Endpoint());
            AtomicInteger hits = new AtomicInteger();
            try (DeltaSink sink = new DeltaSink("p", config);
                    DeltaSink rival = new DeltaSink("p", DeltaFixture.config(settings));
                    TableReading reading = new TableReading(DeltaFixture.config(settings), ORDERS.table())) {
                Sink retrying = new RetryingSink(sink, retry(timer));
                await(retrying.open(List.of(partition(0))));
                for (long step = 0; step < STEPS; step++) {
                    int most = step == 1 ? 1 : step == 4 ? (fate == Fate.SILENT ? 3 : LASTING) : 0;
                    AtomicInteger left = new AtomicInteger(most);
                    proxy.faults(request ->
                            target.hits(request) && left.getAndDecrement() > 0 ? hit(fate, hits) : Fate.PASS);
                    write(retrying, batch(orders(ORDERS, 0, step * 3, step * 3 + 3)));
                    await(rival.write(batch(orders(ORDERS, 1, step * 2, step * 2 + 2))));
                }
                proxy.faults(request -> Fate.PASS);
                assertThat(await(retrying.write(batch(orders(ORDERS, 0, STEPS * 3, STEPS * 3 + 1)))))
                        .isEqualTo(Map.of(partition(0), new Ledger(1, 0, 0, 0)));
                assertThat(hits).as(fate + " of " + target).hasPositiveValue();
                assertHolds(reading, target + " " + fate);
            }
        } catch (IOException e) {
            throw new IllegalStateException(target + " " + fate, e);
        }
    }

    /** As the delivery does: after a rewind or a stop the partition is opened anew and the batch read again. */
    private static void write(Sink sink, ChangeBatch batch) {
        for (int i = 1; ; i++) {
            try {
                await(sink.write(batch));
                return;
            } catch (PositionMovedException | TableStoppedException e) {
                assertThat(i).as("openings after " + e.getMessage()).isLessThan(3 * LASTING);
                await(sink.open(batch.topicPartitions()));
            }
        }
    }

    private static Fate hit(Fate fate, AtomicInteger hits) {
        hits.incrementAndGet();
        return fate;
    }

    private static void assertHolds(TableReading reading, String what) throws IOException {
        assertThat(offsets(reading, 0)).as(what).containsExactlyElementsOf(range(0, STEPS * 3 + 1));
        assertThat(offsets(reading, 1)).as(what).containsExactlyElementsOf(range(0, STEPS * 2));
        StoredPosition own = reading.position("p", partition(0)).orElseThrow();
        assertThat(own.next()).as(what).isEqualTo(STEPS * 3 + 1);
        assertThat(own.applied()).as(what).isEqualTo(STEPS * 3 + 1);
        assertThat(reading.position("p", partition(1)).orElseThrow().next()).isEqualTo(STEPS * 2);
    }

    /** The request may take as long as the store likes, the writer waits no longer than it was told to. */
    @Test
    void aSilentStoreIsGivenUpInBoundedTime() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            Map<String, String> settings = DeltaFixture.s3("silent", proxy.endpoint());
            settings.put("duet.delta.s3.request-timeout", "1s");
            try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
                await(sink.write(batch(orders(ORDERS, 0, 0, 1))));
                proxy.faults(request -> Fate.SILENT);
                long start = System.nanoTime();
                assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 1, 2)))))
                        .isInstanceOf(RetriableException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            }
        }
    }

    /** As in a cluster where the bucket is made beside the service. */
    @Test
    void aBucketThatIsNotThereYetIsWaitedFor() throws IOException {
        String bucket = "later-" + Long.toString(System.nanoTime(), 36);
        Map<String, String> settings = DeltaFixture.s3("later");
        settings.put("duet.delta.root", "s3a://" + bucket + "/p");
        try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 0, 1)))))
                    .isInstanceOf(RetriableException.class)
                    .hasMessage(
                            "Delta store s3a://" + bucket + "/p: the store has no such bucket. Create it, or correct"
                                    + " duet.delta.root. The write is tried again until it is there.");
            Files.createDirectory(Path.of(EmbeddedStack.shared().s3Directory()).resolveSibling(bucket));
            assertThat(await(sink.write(batch(orders(ORDERS, 0, 0, 1)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(1, 0, 0, 0)));
        }
    }

    /** Three services that share a table by partition, all committing as fast as they can. */
    @Test
    void threeWritersOfOneTableLoseNothing() throws IOException {
        int commits = 50;
        DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("three"));
        try (DeltaSink first = new DeltaSink("p", config);
                DeltaSink second = new DeltaSink("p", config);
                DeltaSink third = new DeltaSink("p", config);
                ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            List<DeltaSink> sinks = List.of(first, second, third);
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (DeltaSink sink : sinks) {
                int own = sinks.indexOf(sink);
                writers.add(CompletableFuture.runAsync(() -> {
                    Sink retrying = new RetryingSink(sink, retry(timer));
                    for (long i = 0; i < commits; i++) {
                        await(retrying.write(batch(orders(ORDERS, own, i * 2, i * 2 + 2))));
                    }
                }));
            }
            writers.forEach(CompletableFuture::join);
            for (int number = 0; number < 3; number++) {
                assertThat(offsets(reading, number)).containsExactlyElementsOf(range(0, commits * 2L));
                assertThat(reading.position("p", partition(number))
                                .orElseThrow()
                                .applied())
                        .isEqualTo(commits * 2L);
            }
            assertThat(reading.snapshot().getVersion()).isEqualTo(3L * commits);
        }
    }

    private static Retry retry(ScheduledExecutorService timer) {
        return new Retry(
                "delta", new Backoff(Duration.ofMillis(50), Duration.ofMillis(500)), timer, new DeliveryListener() {});
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
