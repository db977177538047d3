package dev.duet.delta;

import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.link;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every column type is read back as it was written, with the columns that Duet adds. */
class DeltaTypesTest {
    private static final TableSchema ALL = new TableSchema(
            new TableId("public", "all types"),
            List.of(
                    new Column("id", new ColumnType.Int32()),
                    new Column("a_bool", new ColumnType.Bool()),
                    new Column("a_short", new ColumnType.Int16()),
                    new Column("a_long", new ColumnType.Int64()),
                    new Column("a_float", new ColumnType.Float32()),
                    new Column("a_double", new ColumnType.Float64()),
                    new Column("small", new ColumnType.Decimal(9, 2)),
                    new Column("middle", new ColumnType.Decimal(18, 4)),
                    new Column("large", new ColumnType.Decimal(38, 10)),
                    new Column("huge", new ColumnType.Decimal(60, 10)),
                    new Column("odd", new ColumnType.Decimal(3, 5)),
                    new Column("any", new ColumnType.Numeric()),
                    new Column("a_text", new ColumnType.Text(0)),
                    new Column("a_char", new ColumnType.Char(4)),
                    new Column("a_json", new ColumnType.Json(true)),
                    new Column("a_uuid", new ColumnType.Uuid()),
                    new Column("some_bytes", new ColumnType.Bytes()),
                    new Column("a_date", new ColumnType.Date()),
                    new Column("a_time", new ColumnType.Time(6)),
                    new Column("a_timestamp", new ColumnType.Timestamp(6)),
                    new Column("a_timestamptz", new ColumnType.TimestampTz(6))),
            List.of(0));

    private static final @Nullable Object[] VALUES = {
        1,
        true,
        (short) -3,
        1L << 40,
        1.5f,
        Double.NEGATIVE_INFINITY,
        new BigDecimal("-1234567.89"),
        new BigDecimal("12345678901234.5678"),
        new BigDecimal("-1234567890123456789012345678.0123456789"),
        new BigDecimal("12345678901234567890123456789012345678901234567890.0123456789"),
        new BigDecimal("0.00123"),
        new BigDecimal("1E+30"),
        "z\u00e4h \ud83d\ude80",
        "ab  ",
        "{\"a\":1}",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        new byte[] {0, -1, 2},
        -719162,
        86_400_000_000L,
        -1L,
        Changes.NOON + 123456
    };

    @Test
    void everyTypeComesBack() throws IOException {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("types"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ALL.table())) {
            await(sink.write(batch(link(0, 0, 5, List.of(change(Op.CREATE, Row.of(VALUES), 4))))));
            Map<String, @Nullable Object> row = reading.rows().getFirst();
            List<Object> expected = new ArrayList<>();
            for (int i = 0; i < VALUES.length; i++) {
                Object value = VALUES[i];
                boolean text = List.of("huge", "odd", "any")
                        .contains(ALL.columns().get(i).name());
                expected.add(text ? ((BigDecimal) value).toPlainString() : value);
            }
            expected.set(ALL.indexOf("a_time"), "24:00:00.000000");
            for (int i = 0; i < VALUES.length; i++) {
                String name = ALL.columns().get(i).name();
                assertThat(row.get(name)).as(name).isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void addedColumnsSayWhereTheChangeComesFrom() throws IOException {
        DeltaConfig config = DeltaFixture.config(DeltaFixture.disk("added"));
        @Nullable Object[] toasted = VALUES.clone();
        toasted[ALL.indexOf("a_text")] = Row.UNCHANGED;
        toasted[ALL.indexOf("any")] = Row.UNCHANGED;
        @Nullable Object[] key = new Object[VALUES.length];
        key[0] = 1;
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ALL.table())) {
            await(sink.write(batch(link(
                    0,
                    0,
                    9,
                    List.of(
                            change(Op.UPDATE, Row.of(toasted), 4),
                            change(Op.DELETE, Row.of(key), 6),
                            change(Op.TRUNCATE, null, 8))))));
            List<Map<String, @Nullable Object>> rows = reading.rows();
            assertThat(rows).extracting(row -> row.get("__op")).containsExactly("u", "d", "t");
            assertThat(rows).extracting(row -> row.get("__offset")).containsExactly(4L, 6L, 8L);
            assertThat(rows).extracting(row -> row.get("id")).containsExactly(1, 1, null);
            assertThat(rows.getFirst())
                    .containsEntry("__lsn", 1004L)
                    .containsEntry("__tx_id", 7L)
                    .containsEntry("__source_ts_ms", Changes.NOON / 1000)
                    .containsEntry("__topic", partition(0).topic())
                    .containsEntry("__partition", 0)
                    .containsEntry("__unchanged", List.of("any", "a_text"))
                    .containsEntry("a_text", null)
                    .containsEntry("__date", 20454);
            assertThat(rows.getLast()).containsEntry("__unchanged", null).containsEntry("a_bool", null);
        }
    }

    @Test
    void infinityIsTheTypesLastValueUnlessItIsToBeNull() throws IOException {
        @Nullable Object[] infinite = VALUES.clone();
        infinite[ALL.indexOf("a_timestamptz")] = Long.MAX_VALUE;
        for (String form : List.of("extreme", "null")) {
            DeltaConfig config = config("duet.delta.infinity", form);
            try (DeltaSink sink = new DeltaSink("p", config);
                    TableReading reading = new TableReading(config, ALL.table())) {
                await(sink.write(batch(link(0, 0, 5, List.of(change(Op.CREATE, Row.of(infinite), 4))))));
                assertThat(reading.rows().getFirst())
                        .containsEntry("a_timestamptz", form.equals("null") ? null : Long.MAX_VALUE);
            }
        }
    }

    @Test
    void infinityStopsTheTableIfSoConfigured() throws IOException {
        DeltaConfig config = config("duet.delta.infinity", "stop");
        @Nullable Object[] infinite = VALUES.clone();
        infinite[ALL.indexOf("a_timestamptz")] = Long.MAX_VALUE;
        try (DeltaSink sink = new DeltaSink("p", config)) {
            assertThatThrownBy(() ->
                            await(sink.write(batch(link(0, 0, 5, List.of(change(Op.CREATE, Row.of(infinite), 4)))))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("a_timestamptz")
                    .hasMessageContaining("@4");
        }
        try (Stream<Path> files = Files.walk(Path.of(config.root().orElseThrow().substring("file://".length())))) {
            assertThat(files.map(Path::toString)).noneMatch(file -> file.endsWith(".parquet"));
        }
    }

    private static DeltaConfig config(String key, String value) {
        Map<String, String> settings = DeltaFixture.disk("form");
        settings.put(key, value);
        return DeltaFixture.config(settings);
    }

    private static RowChange change(Op op, @Nullable Row row, long offset) {
        return Changes.change(ALL, op, row, 0, offset, Changes.NOON);
    }
}
