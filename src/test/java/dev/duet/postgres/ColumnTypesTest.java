package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.TableSchema;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each type's values arrive exactly, the extremes and null included, and as a key too. */
class ColumnTypesTest {
    private record Sample(ColumnType type, List<Object> values, List<String> texts) {}

    private static Sample sample(ColumnType type, Object... valuesAndTexts) {
        List<Object> values = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < valuesAndTexts.length; i += 2) {
            values.add(valuesAndTexts[i]);
            texts.add((String) valuesAndTexts[i + 1]);
        }
        return new Sample(type, values, texts);
    }

    private static List<Sample> numbers() {
        return List.of(
                sample(new ColumnType.Bool(), true, "true", false, "false"),
                sample(new ColumnType.Int16(), Short.MIN_VALUE, "-32768", Short.MAX_VALUE, "32767"),
                sample(new ColumnType.Int32(), Integer.MIN_VALUE, "-2147483648", Integer.MAX_VALUE, "2147483647"),
                sample(
                        new ColumnType.Int64(),
                        Long.MIN_VALUE,
                        "-9223372036854775808",
                        Long.MAX_VALUE,
                        "9223372036854775807",
                        9007199254740993L,
                        "9007199254740993"),
                sample(
                        new ColumnType.Float32(),
                        Float.MAX_VALUE,
                        "3.4028235e+38",
                        Float.NaN,
                        "NaN",
                        Float.NEGATIVE_INFINITY,
                        "-Infinity",
                        Float.MIN_VALUE,
                        "1e-45"),
                sample(
                        new ColumnType.Float64(),
                        Double.MAX_VALUE,
                        "1.7976931348623157e+308",
                        Double.NaN,
                        "NaN",
                        Double.POSITIVE_INFINITY,
                        "Infinity",
                        0.1,
                        "0.1"),
                sample(
                        new ColumnType.Decimal(38, 10),
                        new BigDecimal("-1234567890123456789012345678.0123456789"),
                        "-1234567890123456789012345678.0123456789",
                        new BigDecimal("0E-10"),
                        "0.0000000000"),
                sample(new ColumnType.Decimal(5, -2), new BigDecimal("12300"), "12300"),
                sample(
                        new ColumnType.Numeric(),
                        new BigDecimal("1E+30"),
                        "1000000000000000000000000000000",
                        new BigDecimal("1E-7"),
                        "0.0000001",
                        new BigDecimal("1.10"),
                        "1.10"));
    }

    private static List<Sample> texts() {
        return List.of(
                sample(new ColumnType.Text(0), "", "", "ä€😀 {\"a\\b\"},NULL'", "ä€😀 {\"a\\b\"},NULL'"),
                sample(new ColumnType.Text(5), "12345", "12345"),
                sample(new ColumnType.Char(3), "a  ", "a", "abc", "abc"),
                sample(new ColumnType.Json(true), "{\"a\": [1, null]}", "{\"a\": [1, null]}"),
                sample(new ColumnType.Json(false), "{ \"b\":1,\"b\":2}", "{ \"b\":1,\"b\":2}"),
                sample(
                        new ColumnType.Uuid(),
                        "00000000-0000-0000-0000-000000000000",
                        "00000000-0000-0000-0000-000000000000"),
                sample(new ColumnType.Bytes(), new byte[] {0, -1, 92, 39}, "\\x00ff5c27", new byte[0], "\\x"));
    }

    private static List<Sample> times() {
        long day = 86_400_000_000L;
        // PostgreSQL's first day, Julian day 0.
        long firstDay = -2_440_588L;
        return List.of(
                sample(
                        new ColumnType.Date(),
                        Integer.MAX_VALUE,
                        "infinity",
                        Integer.MIN_VALUE,
                        "-infinity",
                        0,
                        "1970-01-01",
                        (int) LocalDate.of(-1, 1, 1).toEpochDay(),
                        "0002-01-01 BC",
                        (int) firstDay,
                        "4714-11-24 BC",
                        (int) LocalDate.of(5_874_897, 12, 31).toEpochDay(),
                        "5874897-12-31"),
                sample(
                        new ColumnType.Time(6),
                        0L,
                        "00:00:00",
                        day,
                        "24:00:00",
                        day - 1,
                        "23:59:59.999999",
                        34_215_123_456L,
                        "09:30:15.123456"),
                sample(
                        new ColumnType.Timestamp(6),
                        Long.MAX_VALUE,
                        "infinity",
                        Long.MIN_VALUE,
                        "-infinity",
                        -1L,
                        "1969-12-31 23:59:59.999999",
                        1_767_323_045_678_901L,
                        "2026-01-02 03:04:05.678901",
                        firstDay * day,
                        "4714-11-24 00:00:00 BC",
                        firstDay * day + 1,
                        "4714-11-24 00:00:00.000001 BC",
                        Long.MAX_VALUE - 1,
                        "294247-01-10 04:00:54.775806",
                        new FarMoment(9_223_372_036_854L, 775_807),
                        "294247-01-10 04:00:54.775807",
                        new FarMoment(9_224_318_015_999L, 999_999),
                        "294276-12-31 23:59:59.999999"),
                sample(
                        new ColumnType.TimestampTz(6),
                        Long.MAX_VALUE,
                        "infinity",
                        Long.MIN_VALUE,
                        "-infinity",
                        -1L,
                        "1969-12-31 23:59:59.999999+00",
                        1_767_323_045_678_901L,
                        "2026-01-02 03:04:05.678901+00",
                        ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse("-0043-03-15T12:00:00.123456Z")),
                        "0044-03-15 12:00:00.123456+00 BC",
                        new FarMoment(9_223_372_036_854L, 775_807),
                        "294247-01-10 04:00:54.775807+00",
                        new FarMoment(9_224_318_015_999L, 999_999),
                        "294276-12-31 23:59:59.999999+00"));
    }

    @Test
    void everyValueArrives() {
        try (TestDatabase database = new TestDatabase("types")) {
            database.execute("set timezone = 'UTC'");
            PostgresSink sink =
                    new PostgresSink(database.pool(), "p", TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
            Source source = new Source("types");
            await(sink.open(Set.of(source.partition(0))));
            List<Sample> all = new ArrayList<>(numbers());
            all.addAll(texts());
            all.addAll(times());
            valuesOf(database, sink, source, all);
            keysOf(database, sink, source, all);
        }
    }

    private static void valuesOf(TestDatabase database, PostgresSink sink, Source source, List<Sample> all) {
        List<Column> columns = new ArrayList<>(List.of(new Column("id", new ColumnType.Int32())));
        for (int i = 0; i < all.size(); i++) {
            columns.add(new Column("v" + i, all.get(i).type()));
        }
        TableSchema schema = Source.schema("every", 1, columns.toArray(Column[]::new));
        source.create(schema, 1, 0);
        for (int row = 1; row <= 9; row++) {
            @Nullable Object[] values = new @Nullable Object[columns.size()];
            values[0] = row;
            for (int i = 0; i < all.size(); i++) {
                List<Object> of = all.get(i).values();
                values[i + 1] = row <= of.size() ? of.get(row - 1) : null;
            }
            source.create(schema, 1, values);
        }
        await(sink.write(source.batch()));
        for (String table : List.of("app.every", "app.every_trail")) {
            for (int i = 0; i < all.size(); i++) {
                List<String> expected = new ArrayList<>(all.get(i).texts());
                assertThat(database.rows("select v" + i + "::text from " + table + " where id between 1 and "
                                + expected.size() + " order by id"))
                        .as("%s in %s", all.get(i).type(), table)
                        .isEqualTo(expected);
                assertThat(database.rows("select count(*) from " + table + " where v" + i + " is null"))
                        .containsExactly(String.valueOf(10 - expected.size()));
            }
        }
        TargetTables tables = new TargetTables(database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
        assertThat(await(tables.find(schema.table()))).isEqualTo(Optional.of(schema));
    }

    /** Written, updated and deleted by a key of each type that can be one. */
    private static void keysOf(TestDatabase database, PostgresSink sink, Source source, List<Sample> all) {
        for (int i = 0; i < all.size(); i++) {
            Sample sample = all.get(i);
            if (sample.type().equals(new ColumnType.Json(false))) {
                continue;
            }
            TableSchema schema = Source.schema(
                    "key" + i, 1, new Column("k", sample.type()), new Column("v", new ColumnType.Int32()));
            sample.values().forEach(key -> source.create(schema, 1, key, 1));
            sample.values().forEach(key -> source.update(schema, 1, key, 2));
            await(sink.write(source.batch()));
            sample.values().forEach(key -> source.update(schema, 2, key, 3));
            await(sink.write(source.batch()));
            String count = String.valueOf(sample.values().size());
            assertThat(database.rows("select count(*) from app.key" + i + " where v = 3"))
                    .as("%s", sample.type())
                    .containsExactly(count);
            sample.values().forEach(key -> source.delete(schema, 3, key));
            await(sink.write(source.batch()));
            assertThat(database.rows("select * from app.key" + i))
                    .as("%s", sample.type())
                    .isEmpty();
        }
    }
}
