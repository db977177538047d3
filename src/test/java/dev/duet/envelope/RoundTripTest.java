package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.rowOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.NonFinite;
import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.change.ValueText;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Property: any row of any table, written as Debezium writes it (decimals as text, adaptive times, bytes as base64), is decoded to
 * itself; and so is what stands for an unchanged value.
 */
class RoundTripTest {
    private static final long SEED = Long.getLong("duet.roundtrip.seed", 23);
    private static final int TABLES = 3_000;
    private static final int ROWS = 5;
    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final String PLACEHOLDER = EnvelopeOptions.DEFAULTS.unavailableValuePlaceholder();
    private static final JsonFactory JSON = new JsonFactory();

    private final Random random = new Random(SEED);

    @Test
    void rowsAreDecodedToThemselves() throws IOException {
        Tables tables = Tables.none();
        DebeziumDecoder decoder = new DebeziumDecoder(EnvelopeOptions.DEFAULTS, tables);
        for (int i = 0; i < TABLES; i++) {
            TableSchema schema = table("t" + i);
            tables.put(schema);
            for (int offset = 0; offset < ROWS; offset++) {
                @Nullable Object[] values = row(schema);
                byte[] key = key(values).getBytes(StandardCharsets.UTF_8);
                byte[] value = event(schema, values).getBytes(StandardCharsets.UTF_8);
                Decoded decoded = decoder.decode(new TopicPartition("p.public.t" + i, 0), offset, key, value);
                Row row = rowOf(changeOf(decoded));
                for (int column = 0; column < values.length; column++) {
                    assertThat(row.get(column))
                            .as("seed %d, %s", SEED, schema.columns().get(column))
                            .isEqualTo(values[column]);
                }
            }
        }
    }

    private TableSchema table(String name) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("id", new ColumnType.Int32()));
        for (int i = random.nextInt(12); i > 0; i--) {
            columns.add(new Column("c " + i + (random.nextBoolean() ? "\"" : "é"), type(true)));
        }
        return new TableSchema(new TableId("public", name), columns, List.of(0));
    }

    private ColumnType type(boolean arrays) {
        return switch (random.nextInt(arrays ? 20 : 17)) {
            case 0 -> new ColumnType.Bool();
            case 1 -> new ColumnType.Int16();
            case 2 -> new ColumnType.Int32();
            case 3 -> new ColumnType.Int64();
            case 4 -> new ColumnType.Float32();
            case 5 -> new ColumnType.Float64();
            case 6 -> {
                int precision = 1 + random.nextInt(60);
                yield new ColumnType.Decimal(precision, random.nextInt(precision + 1));
            }
            case 7 -> new ColumnType.Numeric();
            case 8 -> new ColumnType.Text(0);
            case 9 -> new ColumnType.Json(random.nextBoolean());
            case 10 -> new ColumnType.Uuid();
            case 11 -> arrays ? new ColumnType.Bytes() : new ColumnType.Uuid(); // a list does not compare arrays
            case 12 -> new ColumnType.Date();
            case 13 -> new ColumnType.Time(random.nextInt(7));
            case 14 -> new ColumnType.Timestamp(random.nextInt(7));
            case 15 -> new ColumnType.TimestampTz(6);
            case 16 -> new ColumnType.Native("inet");
            default -> new ColumnType.Array(type(false));
        };
    }

    private @Nullable Object[] row(TableSchema schema) {
        @Nullable Object[] values = new @Nullable Object[schema.columns().size()];
        for (int i = 0; i < values.length; i++) {
            ColumnType type = schema.columns().get(i).type();
            values[i] = i > 0 && random.nextInt(8) == 0 ? null : value(type);
        }
        return values;
    }

    private Object value(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> random.nextBoolean();
            case ColumnType.Int16 ignored -> (short) random.nextInt();
            case ColumnType.Int32 ignored -> random.nextInt();
            case ColumnType.Int64 ignored -> random.nextLong();
            case ColumnType.Float32 ignored -> Float.intBitsToFloat(random.nextInt());
            case ColumnType.Float64 ignored -> Double.longBitsToDouble(random.nextLong());
            case ColumnType.Decimal(int precision, int scale) ->
                random.nextInt(20) == 0 ? NonFinite.NAN : new BigDecimal(digits(precision), scale);
            case ColumnType.Numeric ignored ->
                random.nextInt(10) == 0
                        ? NonFinite.values()[random.nextInt(3)]
                        : new BigDecimal(digits(1 + random.nextInt(400)), random.nextInt(300));
            case ColumnType.Text ignored -> text();
            case ColumnType.Char ignored -> text();
            case ColumnType.Json ignored -> "{\"a\": " + random.nextInt() + "}";
            case ColumnType.Uuid ignored -> new UUID(random.nextLong(), random.nextLong()).toString();
            case ColumnType.Bytes ignored -> {
                byte[] bytes = new byte[random.nextInt(30)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case ColumnType.Date ignored -> (int) random.nextLong(-2_440_588, 2_145_042_906);
            case ColumnType.Time(int precision) ->
                random.nextLong(MICROS_PER_DAY + 1) / unit(precision) * unit(precision);
            case ColumnType.Timestamp(int precision) ->
                random.nextLong(-200_000_000_000_000_000L, 200_000_000_000_000_000L)
                        / unit(precision)
                        * unit(precision);
            case ColumnType.TimestampTz ignored -> random.nextLong(-60_000_000_000_000_000L, 250_000_000_000_000_000L);
            case ColumnType.Native ignored -> "10.0.0." + random.nextInt(256);
            case ColumnType.Array(ColumnType element) -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(!items.isEmpty() && random.nextInt(4) == 0 ? null : value(element));
                }
                yield Collections.unmodifiableList(items);
            }
        };
    }

    /** Up to a precision of 3, times are written in milliseconds. */
    private static long unit(int precision) {
        return precision <= 3 ? 1000 : 1;
    }

    private BigInteger digits(int precision) {
        BigInteger bound = BigInteger.TEN.pow(precision);
        BigInteger number = new BigInteger(bound.bitLength() + 8, random).mod(bound);
        return random.nextBoolean() ? number : number.negate();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            int point = switch (random.nextInt(4)) {
                case 0 -> 1 + random.nextInt(0x7f);
                case 1 -> 0x80 + random.nextInt(0xD800 - 0x80);
                case 2 -> 0x10000 + random.nextInt(0x10FFFF - 0x10000);
                default -> "\"\\/\b\n{}[],: ".charAt(random.nextInt(12));
            };
            text.appendCodePoint(point);
        }
        return text.toString();
    }

    private static String key(@Nullable Object[] values) {
        return "{\"id\":" + values[0] + "}";
    }

    private String event(TableSchema schema, @Nullable Object[] values) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNullField("before");
            json.writeObjectFieldStart("after");
            for (int i = 0; i < values.length; i++) {
                json.writeFieldName(schema.columns().get(i).name());
                boolean unchanged = i > 0
                        && values[i] != null
                        && schema.columns().get(i).type() instanceof ColumnType.Text
                        && random.nextInt(10) == 0;
                if (unchanged) {
                    values[i] = Row.UNCHANGED;
                    json.writeString(PLACEHOLDER);
                } else {
                    write(json, schema.columns().get(i).type(), values[i]);
                }
            }
            json.writeEndObject();
            json.writeObjectFieldStart("source");
            json.writeStringField("schema", "public");
            json.writeStringField("table", schema.table().table());
            json.writeNumberField("lsn", 1);
            json.writeNumberField("ts_ms", 1);
            json.writeEndObject();
            json.writeStringField("op", "c");
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, ColumnType type, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
            return;
        }
        switch (type) {
            case ColumnType.Bool ignored -> json.writeBoolean((Boolean) value);
            case ColumnType.Int16 ignored -> json.writeNumber((Short) value);
            case ColumnType.Int32 ignored -> json.writeNumber((Integer) value);
            case ColumnType.Int64 ignored -> json.writeNumber((Long) value);
            case ColumnType.Float32 ignored -> json.writeNumber((Float) value);
            case ColumnType.Float64 ignored -> json.writeNumber((Double) value);
            case ColumnType.Bytes ignored -> json.writeBinary((byte[]) value);
            case ColumnType.Date ignored -> json.writeNumber((Integer) value);
            case ColumnType.Time(int precision) -> json.writeNumber((Long) value / unit(precision));
            case ColumnType.Timestamp(int precision) -> json.writeNumber((Long) value / unit(precision));
            case ColumnType.TimestampTz ignored ->
                json.writeString(java.time.Instant.EPOCH
                        .plus((Long) value, java.time.temporal.ChronoUnit.MICROS)
                        .toString());
            case ColumnType.Array(ColumnType element) -> {
                json.writeStartArray();
                for (Object item : (List<?>) value) {
                    write(json, element, item);
                }
                json.writeEndArray();
            }
            default -> json.writeString(ValueText.of(type).apply(value));
        }
    }
}
