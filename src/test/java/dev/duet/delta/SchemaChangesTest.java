package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.change;
import static dev.duet.delta.Changes.link;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.Snapshot;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a Delta table when the source's table changes. */
class SchemaChangesTest {
    private static final Column ID = new Column("id", new ColumnType.Int32());

    private static TableSchema table(Column... columns) {
        return new TableSchema(ORDERS.table(), List.of(columns), List.of(0));
    }

    private static PartitionChanges row(TableSchema schema, int partition, long offset, @Nullable Object... values) {
        RowChange created = change(schema, Op.CREATE, Row.of(values), partition, offset, Changes.NOON);
        return link(partition, offset, offset + 1, List.of(created));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            smallint      | integer          | integer
            integer       | bigint           | long
            smallint      | bigint           | long
            real          | double precision | double
            numeric(10,2) | numeric(12,4)    | Decimal(12, 4)
            numeric(10,2) | numeric(8,4)     | Decimal(12, 4)
            varchar(10)   | text             | -
            bigint        | integer          | -
            numeric       | numeric(10,2)    | -
            numeric(10,2) | numeric          | -
            integer       | double precision | -
            integer       | text             | -
            date          | timestamp        | -
            numeric(38,2) | numeric(38,4)    | -
            """)
    void aTypeIsOnlyMadeWider(String before, String after, String wider) {
        var type = SchemaEvolution.wider(type(before), type(after));
        assertThat(type == null ? "-" : type.toString()).isEqualTo(wider);
    }

    private static io.delta.kernel.types.DataType type(String text) {
        return Schemas.type(dev.duet.change.TypeText.parse(text).orElseThrow());
    }

    @Test
    void anAddedColumnIsNullInTheRowsOfBeforeAndOldVersionsStay() throws IOException {
        TableSchema wider = table(
                ORDERS.columns().get(0),
                ORDERS.columns().get(1),
                ORDERS.columns().get(2),
                new Column("currency", new ColumnType.Text(0), "USD"),
                new Column("at", new ColumnType.Timestamp(6)));
        DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("add"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 2))));
            long version = reading.snapshot().getVersion();
            await(sink.write(batch(row(wider, 0, 2, 2L, "n", new BigDecimal("1.00"), "EUR", 5L))));
            // The old schema again, from a partition that is behind.
            await(sink.write(batch(orders(ORDERS, 1, 0, 1), row(wider, 0, 3, 3L, "n", null, null, null))));
            assertThat(reading.rows())
                    .extracting(row -> row.get("__partition") + "@" + row.get("__offset") + " " + row.get("currency")
                            + " " + row.get("at"))
                    .containsExactlyInAnyOrder(
                            "0@0 null null", "0@1 null null", "0@2 EUR 5", "0@3 null null", "1@0 null null");
            Snapshot now = reading.snapshot();
            assertThat(now.getVersion()).isEqualTo(version + 3);
            assertThat(now.getSchema().fieldNames()).endsWith("currency", "at");
            assertThat(now.getProtocol().getReaderFeatures()).containsExactly("timestampNtz");
            assertThat(reading.position("p", partition(0)).orElseThrow().next()).isEqualTo(4);
        }
    }

    @Test
    void aColumnIsWidenedAndNarrowerValuesGoIntoIt() throws IOException {
        TableSchema narrow = table(
                ID,
                new Column("n", new ColumnType.Int16()),
                new Column("f", new ColumnType.Float32()),
                new Column("d", new ColumnType.Decimal(10, 2)),
                new Column("t", new ColumnType.Text(10)));
        TableSchema wide = table(
                new Column("id", new ColumnType.Int64()),
                new Column("n", new ColumnType.Int32()),
                new Column("f", new ColumnType.Float64()),
                new Column("d", new ColumnType.Decimal(12, 4)),
                new Column("t", new ColumnType.Text(0)));
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("widen"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(row(narrow, 0, 0, 1, (short) 2, 1.5f, new BigDecimal("1.25"), "a"))));
            await(sink.write(batch(row(wide, 0, 1, 1L << 40, 70_000, 0.1, new BigDecimal("1.2345"), "b"))));
            await(sink.write(batch(row(narrow, 1, 0, 3, (short) 4, 2.5f, new BigDecimal("3.50"), "c"))));
            assertThat(reading.rows())
                    .extracting(row -> row.get("id") + " " + row.get("n") + " " + row.get("f") + " " + row.get("d"))
                    .containsExactlyInAnyOrder("1 2 1.5 1.2500", (1L << 40) + " 70000 0.1 1.2345", "3 4 2.5 3.5000");
            Snapshot now = reading.snapshot();
            assertThat(now.getProtocol().getReaderFeatures()).containsExactly("typeWidening");
            assertThat(now.getProtocol().getWriterFeatures())
                    .containsExactlyInAnyOrder("appendOnly", "domainMetadata", "invariants", "typeWidening");
            assertThat(now.getSchema().get("id").getTypeChanges()).hasSize(1);
            assertThat(reading.files()).hasSize(3);
        }
        // Another life goes on with it, also across a checkpoint.
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            TableSchema wider = table(
                    new Column("id", new ColumnType.Int64()),
                    new Column("n", new ColumnType.Int64()),
                    new Column("d", new ColumnType.Decimal(20, 4)));
            await(sink.write(batch(row(wider, 0, 2, 5L, 1L << 50, new BigDecimal("1234567890123.0001")))));
            assertThat(reading.rows())
                    .hasSize(4)
                    .anySatisfy(row -> assertThat(row)
                            .containsEntry("n", 1L << 50)
                            .containsEntry("d", new BigDecimal("1234567890123.0001"))
                            .containsEntry("t", null));
            assertThat(reading.snapshot().getSchema().get("n").getTypeChanges()).hasSize(2);
        }
    }

    @Test
    void textHoldsANumberThatGotAPrecision() throws IOException {
        TableSchema any = table(ID, new Column("d", new ColumnType.Numeric()));
        TableSchema precise = table(ID, new Column("d", new ColumnType.Decimal(10, 2)));
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("text"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(row(any, 0, 0, 1, new BigDecimal("1.234")))));
            await(sink.write(batch(row(precise, 0, 1, 2, new BigDecimal("1.20")))));
            assertThat(reading.rows()).extracting(row -> row.get("d")).containsExactlyInAnyOrder("1.234", "1.20");
        }
    }

    @Test
    void anUnfitChangeStopsTheTableAndNoOtherAndWhatLiesBeforeIsWritten() throws IOException {
        TableSchema items = Changes.orders("items");
        TableSchema other = table(ORDERS.columns().getFirst(), new Column("note", new ColumnType.Bool()));
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("unfit"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading ordersTable = new TableReading(config, ORDERS.table());
                TableReading itemsTable = new TableReading(config, items.table())) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 2))));
            List<RowChange> changes = new ArrayList<>(orders(ORDERS, 0, 2, 4).changes());
            changes.add(change(other, Op.CREATE, Row.of(1L, true), 0, 4, Changes.NOON));
            changes.add(Changes.order(ORDERS, 0, 5));
            changes.add(Changes.order(items, 0, 6));
            assertThatThrownBy(() -> await(sink.write(batch(link(0, 2, 7, changes), orders(ORDERS, 1, 0, 3)))))
                    .isInstanceOfSatisfying(
                            TableStoppedException.class,
                            stopped -> assertThat(stopped.table()).isEqualTo(ORDERS.table()))
                    .hasMessageContaining("\"note\" is string in the table and boolean in the source")
                    .hasMessageContaining("duet.transform.<name>.cast.note");
            assertThat(itemsTable.rows()).hasSize(1);
            assertThat(ordersTable.rows()).hasSize(7);
            assertThat(ordersTable.position("p", partition(0)).orElseThrow().next())
                    .isEqualTo(4);
            assertThat(ordersTable.position("p", partition(1)).orElseThrow().next())
                    .isEqualTo(3);
        }
    }

    @Test
    void aNameThatDiffersInCaseAloneStopsTheTable() throws IOException {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("case"));
        try (DeltaSink sink = new DeltaSink("p", config)) {
            await(sink.write(batch(row(table(ID, new Column("name", new ColumnType.Text(0))), 0, 0, 1, "a"))));
            ChangeBatch renamed = batch(row(table(ID, new Column("Name", new ColumnType.Text(0))), 0, 1, 2, "b"));
            assertThatThrownBy(() -> await(sink.write(renamed)))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("upper from lower");
        }
    }

    @Test
    void thePolicyStopsTheTableAndNamesTheSetting() throws IOException {
        SchemaPolicy strict = new SchemaPolicy(false, false, true, true);
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("policy"));
        TableSchema narrow = table(ID);
        try (DeltaSink sink = new DeltaSink("p", config, source -> strict)) {
            await(sink.write(batch(row(narrow, 0, 0, 1))));
            ChangeBatch added = batch(row(table(ID, new Column("more", new ColumnType.Int64())), 0, 1, 2, 3L));
            assertThatThrownBy(() -> await(sink.write(added)))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("duet.schema-changes.add-column=apply")
                    .hasMessageContaining("ADD COLUMNS (`more` BIGINT)");
            ChangeBatch widened = batch(row(table(new Column("id", new ColumnType.Int64())), 0, 1, 2L));
            assertThatThrownBy(() -> await(sink.write(widened)))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("duet.schema-changes.widen-column=apply");
        }
    }

    @Test
    void instancesThatMeetTheChangeAtOnce() throws Exception {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.s3("race"));
        TableSchema wider = table(
                ORDERS.columns().get(0),
                ORDERS.columns().get(1),
                new Column("amount", new ColumnType.Decimal(14, 4)),
                new Column("more", new ColumnType.Int32()));
        try (DeltaSink first = new DeltaSink("p", config);
                DeltaSink second = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(first.write(batch(orders(ORDERS, 0, 0, 1))));
            await(second.write(batch(orders(ORDERS, 1, 0, 1))));
            List<CompletableFuture<?>> both = new ArrayList<>();
            both.add(CompletableFuture.runAsync(() -> written(first, wider, 0)));
            both.add(CompletableFuture.runAsync(() -> written(second, wider, 1)));
            both.forEach(CompletableFuture::join);
            assertThat(reading.snapshot().getSchema().fieldNames()).containsOnlyOnce("more");
            assertThat(reading.rows())
                    .extracting(row -> row.get("__partition") + "@" + row.get("__offset"))
                    .doesNotHaveDuplicates()
                    .hasSize(12);
        }
    }

    private static void written(DeltaSink sink, TableSchema schema, int partition) {
        for (long offset = 1; offset <= 5; offset++) {
            ChangeBatch one = batch(row(schema, partition, offset, offset, "n", new BigDecimal("1.0000"), 1));
            while (true) {
                try {
                    Map<?, ?> unused = await(sink.write(one));
                    break;
                } catch (dev.duet.delivery.RetriableException e) {
                    assertThat(e.getMessage()).contains("another writer");
                }
            }
        }
    }
}
