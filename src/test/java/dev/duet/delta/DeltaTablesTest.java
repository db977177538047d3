package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.change;
import static dev.duet.delta.Changes.link;
import static dev.duet.delta.Changes.order;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.EmbeddedStack;
import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which tables there are, how they are laid out, and what stops one. */
class DeltaTablesTest {
    private static final long DAY = 86_400_000_000L;

    @Test
    void eachTableOfABatchHasItsOwnLogAndPosition() throws IOException {
        TableSchema items = Changes.orders("items");
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("tables"));
        PartitionChanges mixed = new PartitionChanges(
                partition(0),
                10,
                20,
                6,
                List.of(order(ORDERS, 0, 11), order(items, 0, 12), order(ORDERS, 0, 14)),
                Offsets.of(13, 15),
                Offsets.of(16),
                100);
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading ordersTable = new TableReading(config, ORDERS.table());
                TableReading itemsTable = new TableReading(config, items.table())) {
            assertThat(await(sink.write(ChangeBatch.of(List.of(mixed)))))
                    .isEqualTo(Map.of(partition(0), new Ledger(3, 0, 2, 1)));
            await(sink.write(batch(orders(ORDERS, 0, 20, 22))));
            await(sink.write(batch(orders(items, 0, 22, 23))));
            assertThat(ordersTable.rows())
                    .extracting(row -> row.get("__offset"))
                    .containsExactlyInAnyOrder(11L, 14L, 20L, 21L);
            assertThat(itemsTable.rows()).extracting(row -> row.get("__offset")).containsExactlyInAnyOrder(12L, 22L);
            assertThat(ordersTable.position("p", partition(0)).orElseThrow().next())
                    .isEqualTo(22);
            assertThat(itemsTable.position("p", partition(0)).orElseThrow().next())
                    .isEqualTo(23);
        }
    }

    @Test
    void oneFileForEachDayWithStatisticsOfKeyAndOrder() throws IOException {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("days"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(
                    link(0, 0, 3, List.of(at(0, 0, 0), at(0, 1, DAY), at(0, 2, 0))),
                    link(1, 0, 1, List.of(at(1, 0, DAY))))));
            Map<String, String> files = reading.files();
            assertThat(files).hasSize(2);
            assertThat(files.keySet()).anyMatch(path -> path.startsWith("__date=2026-01-01/"));
            assertThat(files.keySet()).anyMatch(path -> path.startsWith("__date=2026-01-02/"));
            assertThat(files.values())
                    .allSatisfy(json -> assertThat(json)
                            .contains("\"numRecords\":2", "\"id\":", "\"__lsn\":", "\"__offset\":")
                            .doesNotContain("note"));
            assertThat(reading.rows()).hasSize(4);
        }
    }

    private static dev.duet.change.RowChange at(int partition, long offset, long later) {
        Row row = Row.of(offset, "n", new BigDecimal("1.00"));
        return change(ORDERS, Op.CREATE, row, partition, offset, Changes.NOON + later);
    }

    @Test
    void withoutPartitioningThereIsNoDate() throws IOException {
        Map<String, String> settings = DeltaFixture.disk("flat");
        settings.put("duet.delta.partition-by", "none");
        DeltaConfig config = DeltaFixture.config(settings);
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(link(0, 0, 2, List.of(at(0, 0, 0), at(0, 1, DAY))))));
            assertThat(reading.files()).hasSize(1);
            assertThat(reading.rows())
                    .hasSize(2)
                    .allSatisfy(row -> assertThat(row).doesNotContainKey("__date"));
        }
    }

    @Test
    void aColumnThatTheSourceDroppedIsNull() throws IOException {
        TableSchema narrow = new TableSchema(ORDERS.table(), ORDERS.columns().subList(0, 2), List.of(0));
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("narrow"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 1))));
            await(sink.write(batch(
                    link(0, 1, 2, List.of(change(narrow, Op.CREATE, Row.of(1L, "x"), 0, 1, Changes.NOON))))));
            assertThat(reading.rows())
                    .anySatisfy(
                            row -> assertThat(row).containsEntry("note", "x").containsEntry("amount", null));
        }
    }

    @Test
    void namesThatDeltaCantHoldStopTheTable() {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("names"));
        try (DeltaSink sink = new DeltaSink("p", config)) {
            for (String name : List.of("with space", "ID", "__lsn", "__LSN")) {
                TableSchema schema = with("odd", new Column(name, new ColumnType.Int32()));
                Row row = Row.of(1L, "x", new BigDecimal("1.00"), 4);
                assertThatThrownBy(() -> await(sink.write(
                                batch(link(0, 0, 1, List.of(change(schema, Op.CREATE, row, 0, 0, Changes.NOON)))))))
                        .isInstanceOf(TableStoppedException.class)
                        .hasMessageContaining('"' + name + '"');
            }
        }
    }

    private static TableSchema with(String table, Column more) {
        List<Column> columns =
                Stream.concat(ORDERS.columns().stream(), Stream.of(more)).toList();
        return new TableSchema(new TableId("public", table), columns, List.of(0));
    }

    @Test
    void tablesMustNotShareAPath() throws IOException {
        Map<String, String> settings = DeltaFixture.disk("share");
        settings.put("duet.delta.table", "{table}");
        DeltaConfig config = DeltaFixture.config(settings);
        TableSchema elsewhere = new TableSchema(new TableId("other", "orders"), ORDERS.columns(), List.of(0));
        try (DeltaSink sink = new DeltaSink("p", config)) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 1))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(elsewhere, 0, 1, 2)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("{schema}");
        }
        try (DeltaSink later = new DeltaSink("p", config)) {
            assertThatThrownBy(() -> await(later.write(batch(orders(elsewhere, 0, 1, 2)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("change log of public.orders");
        }
    }

    @Test
    void twoSourceTablesRoutedToOneNameAreRefused() throws IOException {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("routed"));
        TableSchema routed =
                new TableSchema(ORDERS.table(), new TableId("other", "orders"), ORDERS.columns(), List.of(0));
        try (DeltaSink sink = new DeltaSink("p", config)) {
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 0, 1), orders(routed, 1, 0, 1)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("of public.orders and of other.orders")
                    .hasMessageContaining("duet.transform");
            await(sink.write(batch(orders(ORDERS, 0, 0, 1))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(routed, 1, 0, 1)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("of public.orders and of other.orders");
        }
        try (DeltaSink later = new DeltaSink("p", config)) {
            assertThatThrownBy(() -> await(later.write(batch(orders(routed, 1, 0, 1)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("change log of public.orders");
        }
    }

    @Test
    void aTableThatWasDeletedUnderTheWriterIsNoticed() throws IOException {
        Map<String, String> settings = DeltaFixture.disk("deleted");
        DeltaConfig config = DeltaFixture.config(settings);
        try (DeltaSink sink = new DeltaSink("p", config)) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 1))));
            try (Stream<Path> files =
                    Files.walk(Path.of(config.root().orElseThrow().substring("file://".length()), "public"))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            await(sink.open(List.of(partition(1))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 1, 2)))))
                    .isInstanceOf(PositionMovedException.class);
        }
    }

    @Test
    void theDefaultCredentialsChainIsAskedWithoutKeys() {
        Map<String, String> settings = DeltaFixture.s3("chain");
        settings.remove("duet.delta.s3.access-key");
        settings.remove("duet.delta.s3.secret-key");
        System.setProperty("aws.accessKeyId", EmbeddedStack.shared().s3AccessKey());
        System.setProperty("aws.secretAccessKey", EmbeddedStack.shared().s3SecretKey());
        try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
            assertThat(await(sink.write(batch(orders(ORDERS, 0, 0, 1))))).hasSize(1);
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void deniedAccessSaysSo() {
        Map<String, String> settings = DeltaFixture.s3("denied");
        settings.put("duet.delta.s3.secret-key", "wrong");
        try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
            assertThatThrownBy(() -> await(sink.open(List.of(partition(0)))))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("403")
                    .hasMessageNotContaining("wrong");
        }
    }

    @Test
    void anUnreachableStoreFailsSoon() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        Map<String, String> settings = DeltaFixture.s3("away", "http://127.0.0.1:" + port);
        long start = System.nanoTime();
        try (DeltaSink sink = new DeltaSink("p", DeltaFixture.config(settings))) {
            assertThatThrownBy(() -> await(sink.open(List.of(partition(0)))))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining(settings.get("duet.delta.root"));
        }
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    }

    @Test
    void aClosedSinkWritesNoMore() {
        DeltaSink sink = new DeltaSink("p", DeltaFixture.config(DeltaFixture.disk("closed")));
        sink.close();
        assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 0, 1)))))
                .isInstanceOf(RetriableException.class);
    }
}
