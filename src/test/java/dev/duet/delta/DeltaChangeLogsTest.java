package dev.duet.delta;

import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.TableId;
import dev.duet.inspect.AsOf;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.LogCuts;
import dev.duet.inspect.LogVersion;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.Rows;
import dev.duet.transform.RowConditions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Looking into change logs, and taking rows out of them, on a disk. */
class DeltaChangeLogsTest {
    private static final String PIPELINE = "test";
    private static final TableId ORDERS = Changes.ORDERS.table();

    private final DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("logs"));

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
        return new DeltaChangeLogs(PIPELINE, config, new RowConditions());
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
