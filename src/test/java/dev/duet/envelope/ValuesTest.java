package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.rowOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.NonFinite;
import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.change.TypeText;
import dev.duet.envelope.EnvelopeOptions.BinaryMode;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import dev.duet.envelope.EnvelopeOptions.TimePrecision;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One value in each form in which a connector may write it. */
class ValuesTest {
    private static final TableId TABLE = new TableId("public", "t");
    private static final EnvelopeOptions ISO = EnvelopeOptions.DEFAULTS.withTimePrecision(TimePrecision.ISOSTRING);

    private static Decoded decode(EnvelopeOptions options, ColumnType type, String json) {
        Tables tables = Tables.none();
        tables.put(new TableSchema(
                TABLE, List.of(new Column("k", new ColumnType.Int32()), new Column("v", type)), List.of(0)));
        return record(new DebeziumDecoder(options, tables), "", json);
    }

    private static Decoded record(DebeziumDecoder decoder, String schema, String json) {
        String payload = "{\"after\":{\"k\":1,\"v\":" + json
                + "},\"source\":{\"schema\":\"public\",\"table\":\"t\",\"lsn\":1,\"ts_us\":1},\"op\":\"c\"}";
        String value = schema.isEmpty() ? payload : "{\"schema\":" + schema + ",\"payload\":" + payload + "}";
        return decoder.decode(
                new TopicPartition("t", 0),
                0,
                "{\"k\":1}".getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Object value(EnvelopeOptions options, ColumnType type, String json) {
        return rowOf(changeOf(decode(options, type, json))).get(1);
    }

    /** By a schema of this type and name, with the parameters given as JSON's members. */
    private static Decoded withSchema(String type, String name, String parameters, String json) {
        String field = "{\"type\":\"" + type + "\",\"optional\":true"
                + (name.isEmpty() ? "" : ",\"name\":\"" + name + "\"")
                + (parameters.isEmpty() ? "" : ",\"parameters\":{" + parameters + "}") + ",\"field\":\"v\"}";
        String schema =
                "{\"type\":\"struct\",\"fields\":[{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"field\":\"k\"},"
                        + field + "],\"field\":\"after\"}]}";
        return record(new DebeziumDecoder(EnvelopeOptions.DEFAULTS, Tables.none()), schema, json);
    }

    @ParameterizedTest
    @CsvSource({
        "STRING, '\"123.4\"', 123.40",
        "STRING, '\"-0.01\"', -0.01",
        "STRING, '\"99999999.99\"', 99999999.99",
        "STRING, '\"1.50000000000000000000\"', 1.50",
        "STRING, '\"0\"', 0.00",
        "STRING, '12', 12.00",
        "PRECISE, '\"MDk=\"', 123.45",
        "PRECISE, '\"/w==\"', -0.01",
        "PRECISE, '{\"scale\":1,\"value\":\"Cg==\"}', 1.00",
        "DOUBLE, '12345678.9', 12345678.90",
        "DOUBLE, '1.0E7', 10000000.00",
        "DOUBLE, '-5.0E-2', -0.05",
        "DOUBLE, '0.0', 0.00",
    })
    void decimals(DecimalMode mode, String json, BigDecimal expected) {
        EnvelopeOptions options = EnvelopeOptions.DEFAULTS.withDecimalMode(mode);
        assertThat(value(options, new ColumnType.Decimal(10, 2), json)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "STRING, '\"123.456\"'",
        "STRING, '\"100000000\"'",
        "STRING, '\"\"'",
        "STRING, '\"-\"'",
        "STRING, '\".\"'",
        "STRING, '\"1 \"'",
        "STRING, '\"POSITIVE_INFINITY\"'",
        "STRING, '\"NEGATIVE_INFINITY\"'",
        "STRING, 'true'",
        "PRECISE, '\"123.45\"'",
        "DOUBLE, '\"123.45\"'",
        "DOUBLE, '0.001'",
    })
    void noDecimals(DecimalMode mode, String json) {
        EnvelopeOptions options = EnvelopeOptions.DEFAULTS.withDecimalMode(mode);
        assertThat(decode(options, new ColumnType.Decimal(10, 2), json)).isInstanceOf(Decoded.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.10",
                "0.0000001",
                "1000000000000000000000000000000",
                "-98765432109876543210.123456789",
                "0",
                "0.00"
            })
    void numericKeepsItsDigits(String digits) {
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Numeric(), "\"" + digits + "\""))
                .isEqualTo(new BigDecimal(digits));
        assertThat(value(
                        EnvelopeOptions.DEFAULTS.withDecimalMode(DecimalMode.DOUBLE), new ColumnType.Numeric(), digits))
                .isEqualTo(new BigDecimal(digits));
    }

    @Test
    void numericOfPreciseModeNeedsItsScale() {
        EnvelopeOptions precise = EnvelopeOptions.DEFAULTS.withDecimalMode(DecimalMode.PRECISE);
        assertThat(decode(precise, new ColumnType.Numeric(), "\"MDk=\"")).isInstanceOf(Decoded.Malformed.class);
        assertThat(value(precise, new ColumnType.Numeric(), "{\"scale\":2,\"value\":\"MDk=\"}"))
                .isEqualTo(new BigDecimal("123.45"));
    }

    @Test
    void negativeScaleOfTheSource() {
        String source = "\"__debezium.source.column.type\":\"NUMERIC\",\"__debezium.source.column.length\":\"5\","
                + "\"__debezium.source.column.scale\":\"2046\"";

        var change = changeOf(withSchema("string", "", source, "\"12300." + "0".repeat(2046) + "\""));

        assertThat(change.schema().columns().get(1).type()).isEqualTo(new ColumnType.Decimal(7, 0));
        assertThat(rowOf(change).get(1)).isEqualTo(new BigDecimal("12300"));
    }

    @ParameterizedTest
    @CsvSource({
        "int32, io.debezium.time.Date, 18321, 18321",
        "int32, org.apache.kafka.connect.data.Date, 18321, 18321",
        "string, io.debezium.time.IsoDate, '\"2020-02-29Z\"', 18321",
        "int32, io.debezium.time.Time, 86400000, 86400000000",
        "int32, org.apache.kafka.connect.data.Time, 1, 1000",
        "int64, io.debezium.time.MicroTime, 34215123456, 34215123456",
        "int64, io.debezium.time.NanoTime, 34215123456000, 34215123456",
        "string, io.debezium.time.IsoTime, '\"09:30:15.123456Z\"', 34215123456",
        "int64, io.debezium.time.Timestamp, -1, -1000",
        "int64, org.apache.kafka.connect.data.Timestamp, 1767323045678, 1767323045678000",
        "int64, io.debezium.time.MicroTimestamp, 1767323045678901, 1767323045678901",
        "int64, io.debezium.time.NanoTimestamp, 1767323045678901000, 1767323045678901",
        "string, io.debezium.time.IsoTimestamp, '\"2026-01-02T03:04:05.678901Z\"', 1767323045678901",
        "string, io.debezium.time.ZonedTimestamp, '\"2026-01-02T03:04:05.678901Z\"', 1767323045678901",
        "string, io.debezium.time.ZonedTimestamp, '\"2026-01-02T05:04:05.678901+02:00\"', 1767323045678901",
        "int64, io.debezium.time.Timestamp, 9223372036825200000, 9223372036854775807",
        "int64, io.debezium.time.Timestamp, -9223372036832400000, -9223372036854775808",
        "int64, io.debezium.time.MicroTimestamp, -9223372036854775808, -9223372036854775808",
    })
    void timesBySchema(String type, String name, String json, long expected) {
        Object value = rowOf(changeOf(withSchema(type, name, "", json))).get(1);
        assertThat(value).isInstanceOfAny(Integer.class, Long.class);
        assertThat(((Number) Objects.requireNonNull(value)).longValue()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "int64, io.debezium.time.MicroDuration, 1",
        "array, '', '[1]'",
        "map, '', '{}'",
        "struct, io.debezium.data.geometry.Unheard, '{}'",
    })
    void typesThatBlock(String type, String name, String json) {
        assertThat(withSchema(type, name, "", json)).isInstanceOf(Decoded.Blocked.class);
    }

    @ParameterizedTest
    @CsvSource({
        "io.debezium.data.Enum, text",
        "io.debezium.data.Unheard, text",
        "io.debezium.data.Xml, xml",
        "io.debezium.time.Interval, interval",
        "io.debezium.time.ZonedTime, timetz"
    })
    void textsByTheirName(String name, String type) {
        var change = changeOf(withSchema("string", name, "", "\"x\""));
        assertThat(change.schema().columns().get(1).type())
                .isEqualTo(TypeText.parse(type).orElseThrow());
        assertThat(rowOf(change).get(1)).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource({
        "STRING, '\"NAN\"', NAN",
        "STRING, '\"POSITIVE_INFINITY\"', INFINITY",
        "STRING, '\"-Infinity\"', NEGATIVE_INFINITY",
        "DOUBLE, '\"NaN\"', NAN",
        "DOUBLE, '\"Infinity\"', INFINITY"
    })
    void numericsThatAreNoNumbers(DecimalMode mode, String json, NonFinite expected) {
        assertThat(value(EnvelopeOptions.DEFAULTS.withDecimalMode(mode), new ColumnType.Numeric(), json))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "bit, 5, '\"Fg==\"', 10110",
        "bit, 12, '\"AQ==\"', 000000000001",
        "varbit, 12, '\"BQA=\"', 101",
    })
    void bits(String name, int length, String json, String expected) {
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Native(name, length), json))
                .isEqualTo(expected);
    }

    @Test
    void shapes() {
        assertThat(value(
                        EnvelopeOptions.DEFAULTS,
                        new ColumnType.Native("point"),
                        "{\"x\":1.5,\"y\":-2.0,\"wkb\":null}"))
                .isEqualTo("(1.5,-2.0)");
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Native("line"), "{\"a\":1.0,\"b\":2.0,\"c\":3.0}"))
                .isEqualTo("{1.0,2.0,3.0}");
        assertThat(value(
                        EnvelopeOptions.DEFAULTS,
                        new ColumnType.Native("circle"),
                        "{\"center\":{\"x\":1.0,\"y\":2.0},\"radius\":3.0}"))
                .isEqualTo("<(1.0,2.0),3.0>");
        assertThat(value(
                        EnvelopeOptions.DEFAULTS,
                        new ColumnType.Text(0),
                        "{\"wkb\":\"AQEAAAAAAAAAAADwPwAAAAAAAABA\",\"srid\":4326}"))
                .as("PostGIS' EWKB has the SRID behind the type")
                .isEqualTo("0101000020E6100000000000000000F03F0000000000000040");
    }

    @Test
    void arrays() {
        ColumnType texts = new ColumnType.Array(new ColumnType.Text(0));
        assertThat(value(EnvelopeOptions.DEFAULTS, texts, "[\"a\",null]")).isEqualTo(Arrays.asList("a", null));
        assertThat(value(EnvelopeOptions.DEFAULTS, texts, "[\"__debezium_unavailable_value\"]"))
                .isSameAs(Row.UNCHANGED);
        ColumnType numbers = new ColumnType.Array(new ColumnType.Int32());
        String placeholder = "__debezium_unavailable_value"
                .chars()
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(value(EnvelopeOptions.DEFAULTS, numbers, placeholder)).isSameAs(Row.UNCHANGED);
        assertThat(decode(EnvelopeOptions.DEFAULTS, numbers, "[[1]]"))
                .isEqualTo(new Decoded.Malformed("after.v: element 0: expected a 32-bit integer"));
        assertThat(decode(EnvelopeOptions.DEFAULTS, numbers, "[null,null]"))
                .as("what two dimensions come as")
                .isInstanceOfSatisfying(
                        Decoded.Blocked.class,
                        blocked -> assertThat(blocked.reason()).contains("'v' (integer[])", "two dimensions"));
    }

    @Test
    void bytesInEachMode() {
        ColumnType type = new ColumnType.Bytes();
        byte[] expected = {(byte) 0xde, (byte) 0xad, (byte) 0xfb, (byte) 0xef};
        assertThat(value(EnvelopeOptions.DEFAULTS, type, "\"3q377w==\"")).isEqualTo(expected);
        assertThat(value(EnvelopeOptions.DEFAULTS.withBinaryMode(BinaryMode.HEX), type, "\"deadfbef\""))
                .isEqualTo(expected);
        assertThat(value(EnvelopeOptions.DEFAULTS.withBinaryMode(BinaryMode.BASE64_URL_SAFE), type, "\"3q377w==\""))
                .isEqualTo(expected);
        assertThat(value(EnvelopeOptions.DEFAULTS, type, "\"\"")).isEqualTo(new byte[0]);
        assertThat(decode(EnvelopeOptions.DEFAULTS.withBinaryMode(BinaryMode.HEX), type, "\"xy\""))
                .isInstanceOf(Decoded.Malformed.class);
        String source = "\"__debezium.source.column.type\":\"BYTEA\"";
        assertThat(withSchema("string", "", source, "\"deadbeef\"")).isInstanceOf(Decoded.Blocked.class);
    }

    @Test
    void floats() {
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Float64(), "\"NaN\""))
                .isEqualTo(Double.NaN);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Float32(), "\"-Infinity\""))
                .isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Float64(), "1.0E300"))
                .isEqualTo(1e300);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Float32(), "1.17549435E-38"))
                .isEqualTo(Float.MIN_NORMAL);
        assertThat(decode(EnvelopeOptions.DEFAULTS, new ColumnType.Float32(), "1e39"))
                .isInstanceOf(Decoded.Malformed.class);
    }

    @Test
    void adaptiveTimesByPrecision() {
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Time(3), "1")).isEqualTo(1000L);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Time(6), "1")).isEqualTo(1L);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Timestamp(3), "1"))
                .isEqualTo(1000L);
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Timestamp(6), "1"))
                .isEqualTo(1L);
        EnvelopeOptions micros = EnvelopeOptions.DEFAULTS.withTimePrecision(TimePrecision.ADAPTIVE_TIME_MICROSECONDS);
        assertThat(value(micros, new ColumnType.Time(3), "1")).isEqualTo(1L);
        assertThat(value(micros, new ColumnType.Timestamp(3), "1")).isEqualTo(1000L);
        EnvelopeOptions connect = EnvelopeOptions.DEFAULTS.withTimePrecision(TimePrecision.CONNECT);
        assertThat(value(connect, new ColumnType.Time(6), "1")).isEqualTo(1000L);
        assertThat(value(connect, new ColumnType.Timestamp(6), "1")).isEqualTo(1000L);
    }

    /** stack.md's table of extremes. */
    @ParameterizedTest
    @CsvSource({
        "+292278994-08-16Z, 2147483647",
        "+5877611-06-21Z, 2147483647",
        "+292269055-12-02Z, -2147483648",
        "-5877611-06-22Z, -2147483648",
        "-0043-03-15Z, -735160",
        "1582-10-10Z, -141432",
        "+10000-01-01Z, 2932897",
        "0000-02-29, -719469",
    })
    void isoDates(String text, int expected) {
        assertThat(value(ISO, new ColumnType.Date(), "\"" + text + "\"")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "-622191234, 2147483647",
        "2146033979, 2147483647",
        "-625821272, -2147483648",
        "-2147472691, -2147483648"
    })
    void adaptiveInfiniteDates(String json, int expected) {
        assertThat(value(EnvelopeOptions.DEFAULTS, new ColumnType.Date(), json)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2021-02-29Z",
                "20210-01-01",
                "21-01-01",
                "+1-01-01",
                "2021-13-01",
                "2021-00-01",
                "2021-01-00",
                "2021-1-1",
                "2021-01-01T",
                "2021-01-01ZZ",
                "",
                "infinity",
                "+9999999999-01-01",
                "+5874898-01-01",
                "-4714-01-01"
            })
    void noDates(String text) {
        assertThat(decode(ISO, new ColumnType.Date(), "\"" + text + "\"")).isInstanceOf(Decoded.Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "00:00:00Z, 0",
        "24:00:00Z, 86400000000",
        "23:59:59.999999Z, 86399999999",
        "12:00:00.1Z, 43200100000",
        "12:00Z, 43200000000",
        "12:00:00.100000000, 43200100000",
    })
    void isoTimes(String text, long expected) {
        assertThat(value(ISO, new ColumnType.Time(6), "\"" + text + "\"")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "24:00:01Z",
                "25:00:00Z",
                "12:60:00Z",
                "12:00:60Z",
                "12:00:00.Z",
                "12:00:00.0000001Z",
                "1:00:00",
                "12"
            })
    void noTimes(String text) {
        assertThat(decode(ISO, new ColumnType.Time(6), "\"" + text + "\"")).isInstanceOf(Decoded.Malformed.class);
    }

    @Test
    void isoTimestampsAgreeWithJavaTime() {
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            LocalDateTime time = LocalDateTime.ofEpochSecond(
                    random.nextLong(-200_000_000_000L, 9_000_000_000_000L),
                    random.nextInt(1_000_000) * 1000,
                    ZoneOffset.UTC);
            long expected = ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time);
            assertThat(value(ISO, new ColumnType.Timestamp(6), "\"" + time + "Z\""))
                    .isEqualTo(expected);
            OffsetDateTime zoned = time.atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(-57_599, 57_600)));
            assertThat(value(ISO, new ColumnType.TimestampTz(6), "\"" + zoned + "\""))
                    .isEqualTo(ChronoUnit.MICROS.between(
                            OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), zoned));
        }
        for (int i = 0; i < 5000; i++) {
            LocalDate date = LocalDate.ofEpochDay(random.nextLong(-2_440_588, 2_145_042_906));
            assertThat(value(ISO, new ColumnType.Date(), "\"" + date + "Z\"")).isEqualTo((int) date.toEpochDay());
        }
    }

    @Test
    void extremesSnapshotAndStreamed() {
        DebeziumDecoder decoder = new DebeziumDecoder(ISO, Tables.recorded());
        for (RecordedEvent event : RecordedEvent.all("extremes")) {
            Decoded decoded = event.decode(decoder);
            switch ((int) event.offset() % 10) {
                case 0, 1, 2 ->
                    assertThat(decoded)
                            .satisfies(special ->
                                    assertThat(rowOf(changeOf(special)).get(1)).isInstanceOf(NonFinite.class));
                case 3 -> extremes(rowOf(changeOf(decoded)));
                default -> assertThat(rowOf(changeOf(decoded)).get(1)).isEqualTo(new BigDecimal("0.0000001"));
            }
        }
    }

    private static void extremes(Row row) {
        assertThat(row.get(1)).isEqualTo(new BigDecimal("1000000000000000000000000000000"));
        assertThat(row.get(2)).isEqualTo(new BigDecimal("123456789012.123456"));
        assertThat(row.get(4)).isEqualTo(1e-30f);
        assertThat(row.get(6)).isEqualTo(-63517780799876544L);
        assertThat(row.get(7)).isEqualTo(-63517780799877000L);
        assertThat(row.get(8)).isEqualTo(-63517780799876544L);
    }

    @Test
    void extremesWithoutTheirNumerics() {
        DebeziumDecoder decoder = new DebeziumDecoder(ISO, Tables.recorded());
        for (long offset : new long[] {1, 11}) {
            Row row = rowOf(changeOf(RecordedEvent.of("extremes", offset)
                    .with("\"POSITIVE_INFINITY\"", "null")
                    .decode(decoder)));
            assertThat(row.get(3)).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(row.get(4)).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(row.get(5)).isEqualTo(Integer.MAX_VALUE);
            assertThat(row.get(6)).isEqualTo(Long.MAX_VALUE);
            assertThat(row.get(7)).isEqualTo(Long.MAX_VALUE);
            assertThat(row.get(8)).isEqualTo(Long.MAX_VALUE);
        }
        for (long offset : new long[] {2, 12}) {
            Row row = rowOf(changeOf(RecordedEvent.of("extremes", offset)
                    .with("\"NEGATIVE_INFINITY\"", "null")
                    .decode(decoder)));
            assertThat(row.get(3)).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThat(row.get(5)).isEqualTo(Integer.MIN_VALUE);
            assertThat(row.get(6)).isEqualTo(Long.MIN_VALUE);
            assertThat(row.get(7)).isEqualTo(Long.MIN_VALUE);
            assertThat(row.get(8)).isEqualTo(Long.MIN_VALUE);
        }
    }
}
