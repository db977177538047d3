package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.EmbeddedStack;
import dev.duet.delivery.Ledger;
import dev.duet.delta.FaultyProxy.Fate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The log of a table stays in order, and a commit costs the same however many there were. */
class DeltaUpkeepTest {
    @Test
    void threeHundredCommitsStayFlat() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("flat", proxy.endpoint()));
            List<Integer> requests = new ArrayList<>();
            try (DeltaSink sink = new DeltaSink("p", config);
                    TableReading reading = new TableReading(config, ORDERS.table())) {
                for (long i = 0; i < 300; i++) {
                    int before = proxy.requests().size();
                    await(sink.write(batch(orders(ORDERS, 0, i, i + 1))));
                    requests.add(proxy.requests().size() - before);
                }
                // File, version and checksum. A checkpoint reads the versions since the last one, and the snapshot is
                // loaded
                // anew after it.
                for (int i = 1; i < 300; i++) {
                    int version = i + 1;
                    int most = version % 100 == 0 ? 125 : version % 100 == 1 ? 12 : 3;
                    assertThat(requests.get(i))
                            .as("requests of version " + version)
                            .isLessThanOrEqualTo(most);
                }
                assertThat(reading.log())
                        .contains(
                                "00000000000000000100.checkpoint.parquet",
                                "00000000000000000200.checkpoint.parquet",
                                "00000000000000000300.checkpoint.parquet",
                                "_last_checkpoint")
                        .filteredOn(name -> name.endsWith(".crc"))
                        .hasSize(301);
                assertThat(reading.rows()).hasSize(300);
                int before = proxy.requests().size();
                assertThat(reading.snapshot().getVersion()).isEqualTo(300);
                assertThat(reading.position("p", partition(0)).orElseThrow().next())
                        .isEqualTo(300);
                assertThat(proxy.requests().size() - before)
                        .as("two cold loads")
                        .isLessThanOrEqualTo(16);
            }
        }
    }

    /** delta-io/delta#7174: Kernel alone would publish a checkpoint that misses files. */
    @Test
    void aCheckpointThatFailsMidwayIsNotPublished() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            Map<String, String> settings = DeltaFixture.s3("incomplete", proxy.endpoint());
            settings.put("duet.delta.checkpoint-interval", "8");
            DeltaConfig config = DeltaFixture.config(settings);
            try (DeltaSink sink = new DeltaSink("p", config);
                    TableReading reading = new TableReading(config, ORDERS.table())) {
                append(sink, 0, 7);
                proxy.faults(request ->
                        request.line().startsWith("GET") && request.line().endsWith("/00000000000000000003.json")
                                ? Fate.REFUSED
                                : Fate.PASS);
                append(sink, 7, 8);
                proxy.faults(request -> Fate.PASS);
                assertThat(reading.rows()).hasSize(8);
                assertThat(reading.log()).noneMatch(name -> name.contains("checkpoint"));
                append(sink, 8, 16);
                assertThat(reading.rows()).hasSize(16);
                assertThat(reading.log()).contains("00000000000000000016.checkpoint.parquet");
            }
        }
    }

    @Test
    void aChecksumThatFailsDoesNotFailTheBatch() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
            DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("checksum", proxy.endpoint()));
            try (DeltaSink sink = new DeltaSink("p", config);
                    TableReading reading = new TableReading(config, ORDERS.table())) {
                append(sink, 0, 2);
                proxy.faults(request -> request.line().endsWith(".crc") ? Fate.REFUSED : Fate.PASS);
                append(sink, 2, 3);
                proxy.faults(request -> Fate.PASS);
                append(sink, 3, 5);
                assertThat(reading.rows()).hasSize(5);
                assertThat(reading.log()).contains("00000000000000000005.crc");
                assertThat(reading.position("p", partition(0)).orElseThrow().applied())
                        .isEqualTo(5);
            }
        }
    }

    private static void append(DeltaSink sink, long from, long to) {
        for (long i = from; i < to; i++) {
            assertThat(await(sink.write(batch(orders(ORDERS, 0, i, i + 1)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(1, 0, 0, 0)));
        }
    }
}
