package dev.duet.delta;

import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.inspect.AsOf;
import dev.duet.inspect.LogAt;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.LogCuts;
import dev.duet.inspect.LogVersion;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.Rows;
import dev.duet.inspect.UnreachableException;
import dev.duet.order.ClockTolerance;
import dev.duet.transform.RowConditions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Looking into change logs, and taking rows out of them, on a disk. */
class DeltaChangeLogsTest {
    private static final String PIPELINE = "test";
    private static final TableId ORDERS = Changes.ORDERS.table();

    private final DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("logs"));

    private static final List<MirrorColumn> MIRROR = List.of(
            new MirrorColumn("id", "bigint", 0, false),
            new MirrorColumn("note", "text", -1, false),
            new MirrorColumn("amount", "numeric(12,2)", -1, false));

    @Test
    void versionsRowsAndTablesAreTold() throws Exception {
        write(0, 0, 10);
        write(0, 10, 30);
        try (DeltaChangeLogs logs = logs()) {
            assertThat(logs.tables()).containsExactly(ORDERS);
            List<LogVersion> history = logs.history(ORDERS, 2);
            assertThat(history).extracting(LogVersion::version).containsExactly(2L, 1L);
            assertThat(history).extracting(LogVersion::rowsAdded).containsExactly(20L, 10L);
            assertThat(history.getFirst().positions()).isEqualTo(Map.of("shop.public.orders-0", 30L));
            assertThat(logs.describe(ORDERS, new AsOf.Version(1)).positions())
                    .isEqualTo(Map.of("shop.public.orders-0", 10L));
            assertThat(rows(logs, new AsOf.Version(1), "")).hasSize(10);
            assertThat(rows(logs, new AsOf.Time(Instant.now()), "")).hasSize(30);
            assertThat(rows(logs, new AsOf.Latest(), "id >= 5 and amount < 7.30 and __date = '2026-01-01'"))
                    .containsExactly("5 note 5 5.25", "6 note 6 6.25", "7 note 7 7.25");
            assertThat(rows(logs, new AsOf.Latest(), "__date > '2026-01-01'")).isEmpty();
            assertThatThrownBy(() -> rows(logs, new AsOf.Version(7), "")).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> rows(logs, new AsOf.Time(Instant.EPOCH), ""))
                    .isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> rows(logs, new AsOf.Latest(), "idd = 1"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> logs.history(new TableId("public", "none"), 1))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("public.orders");
        }
    }

    /** The column comes with the first letter; what was written before it is read as ever. */
    @Test
    void aLetterThatWasSentAgainIsToldByTheLog() throws Exception {
        write(0, 0, 3);
        RowChange letter = Changes.order(Changes.ORDERS, 0, 3).sentAgain();
        try (DeltaSink sink = new DeltaSink(PIPELINE, config)) {
            var unused = await(sink.open(List.of(Changes.partition(0))));
            var ledger = await(sink.write(Changes.batch(Changes.link(0, 3, 4, List.of(letter)))));
        }
        write(0, 4, 5);
        try (ComparedDeltaLogs logs = new ComparedDeltaLogs(config)) {
            LogAt log = logs.open(ORDERS, MIRROR);
            List<String> changes = new ArrayList<>();
            log.read(change -> changes.add(change.offset() + " " + change.late()));
            assertThat(changes).containsExactlyInAnyOrder("0 false", "1 false", "2 false", "3 true", "4 false");
            assertThat(log.changes()).isEqualTo(5);
        }
    }

    @Test
    void aDamagedFileIsTheStoresFault() throws Exception {
        write(0, 0, 10);
        write(0, 10, 30);
        try (Stream<Path> files =
                Files.walk(Path.of(java.net.URI.create(config.root().orElseThrow())))) {
            Path damaged = files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.write(damaged, new byte[] {'P', 'A', 'R', '1'});
        }
        try (ComparedDeltaLogs logs = new ComparedDeltaLogs(config)) {
            LogAt log = logs.open(ORDERS, MIRROR);
            assertThatThrownBy(() -> log.read(change -> {}))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("orders");
        }
    }

    @Test
    void rowsThatWereTakenOutComeAgainOnce() throws Exception {
        write(0, 0, 10);
        write(0, 10, 30);
        write(1, 0, 5);
        write(0, 30, 40);
        Map<dev.duet.change.TopicPartition, Long> from = Map.of(Changes.partition(0), 15L);
        try (DeltaChangeLogs logs = logs()) {
            LogCuts.Cut cut = logs.of(ORDERS, from).orElseThrow();
            assertThat(cut.rows()).isEqualTo(25);
            assertThat(cut.files()).isEqualTo(2);
            cut.stage();
            cut.commit();
            assertThat(rows(logs, new AsOf.Latest(), "__partition = 0")).hasSize(15);
            assertThat(rows(logs, new AsOf.Latest(), "__partition = 1")).hasSize(5);
            assertThat(logs.describe(ORDERS, new AsOf.Latest()).positions())
                    .isEqualTo(Map.of("shop.public.orders-0", 15L, "shop.public.orders-1", 5L));
            assertThat(logs.of(ORDERS, from)).isEmpty();
            write(0, 0, 40); // skips what is there
            assertThat(rows(logs, new AsOf.Latest(), "__partition = 0"))
                    .hasSize(40)
                    .doesNotHaveDuplicates();
            LogCuts.Cut late = logs.of(ORDERS, from).orElseThrow();
            late.stage();
            write(1, 5, 6);
            assertThatThrownBy(late::commit).isInstanceOf(IllegalStateException.class);
            assertThat(rows(logs, new AsOf.Latest(), "")).hasSize(46).doesNotHaveDuplicates();
        }
    }

    private DeltaChangeLogs logs() {
        return new DeltaChangeLogs(PIPELINE, config, new RowConditions(), new ClockTolerance(1000));
    }

    private void write(int partition, long first, long next) {
        try (DeltaSink sink = new DeltaSink(PIPELINE, config)) {
            var unused = await(sink.open(List.of(Changes.partition(partition))));
            var ledger = await(sink.write(Changes.batch(Changes.orders(Changes.ORDERS, partition, first, next))));
        }
    }

    private static List<String> rows(DeltaChangeLogs logs, AsOf asOf, String where) {
        List<String> rows = new ArrayList<>();
        logs.read(ORDERS, asOf, where, false, new Rows() {
            @Override
            public void columns(List<LogColumn> columns) {
                assertThat(columns.getFirst()).isEqualTo(new LogColumn("id", "long", true, false));
            }

            @Override
            public boolean row(List<@Nullable String> values) {
                rows.add(values.get(0) + " " + values.get(1) + " " + values.get(2)
                        + (values.contains("shop.public.orders")
                                        && values.get(8).equals("1")
                                ? " of 1"
                                : ""));
                return true;
            }
        });
        return rows;
    }
}
