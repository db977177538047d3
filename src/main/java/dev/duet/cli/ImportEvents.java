package dev.duet.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.Row;
import dev.duet.change.TableSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Events as Debezium writes them for a snapshot's rows, in JSON with schemas: {@code op} is {@code r}, {@code source.name} is
 * {@code duet-import}, {@code source.lsn} 0, below each that a source can have. With their schemas they mean the same whatever the service's
 * settings for events without are.
 */
final class ImportEvents {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String SOURCE = "__debezium.source.column.";
    private static final long MICROS = 1_000_000;

    private final TableSchema schema;
    private final List<Column> key;

    ImportEvents(TableSchema schema) {
        this.schema = schema;
        this.key = schema.key().stream().map(schema.columns()::get).toList();
    }

    private interface Part {
        void write(JsonGenerator json) throws IOException;
    }

    byte[] key(Row row) {
        return bytes(json -> {
            json.writeObjectFieldStart("schema");
            struct(json, null, key, false);
            json.writeEndObject();
            json.writeObjectFieldStart("payload");
            for (int index : schema.key()) {
                value(json, schema.columns().get(index), row.get(index));
            }
            json.writeEndObject();
        });
    }

    /** @param tsMillis when it was imported */
    byte[] value(Row row, long tsMillis) {
        return bytes(json -> {
            json.writeObjectFieldStart("schema");
            json.writeStringField("type", "struct");
            json.writeArrayFieldStart("fields");
            for (String field : List.of("before", "after")) {
                json.writeStartObject();
                struct(json, field, schema.columns(), true);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanField("optional", false);
            json.writeEndObject();
            json.writeObjectFieldStart("payload");
            json.writeNullField("before");
            json.writeObjectFieldStart("after");
            IntStream.range(0, row.size())
                    .forEach(i -> value(json, schema.columns().get(i), row.get(i)));
            json.writeEndObject();
            json.writeStringField("op", "r");
            source(json, tsMillis);
            json.writeNumberField("ts_ms", tsMillis);
            json.writeEndObject();
        });
    }

    private void source(JsonGenerator json, long tsMillis) throws IOException {
        json.writeObjectFieldStart("source");
        json.writeStringField("connector", "postgresql");
        json.writeStringField("name", "duet-import");
        json.writeNumberField("ts_ms", tsMillis);
        json.writeNumberField("ts_us", tsMillis * 1000);
        json.writeStringField("snapshot", "true");
        json.writeStringField("schema", schema.source().schema());
        json.writeStringField("table", schema.source().table());
        json.writeNullField("txId");
        json.writeNumberField("lsn", 0);
        json.writeEndObject();
    }

    private static byte[] bytes(Part content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The inside of a struct's schema. */
    private static void struct(JsonGenerator json, @Nullable String field, List<Column> columns, boolean optional)
            throws IOException {
        json.writeStringField("type", "struct");
        json.writeArrayFieldStart("fields");
        for (Column column : columns) {
            json.writeStartObject();
            Wire wire = Wire.of(column.type());
            json.writeStringField("type", wire.type());
            json.writeBooleanField("optional", optional);
            if (wire.semantic() != null) {
                json.writeStringField("name", wire.semantic());
            }
            json.writeObjectFieldStart("parameters");
            json.writeStringField(SOURCE + "type", wire.source());
            json.writeStringField(SOURCE + "length", Integer.toString(wire.length()));
            json.writeStringField(SOURCE + "scale", Integer.toString(wire.scale()));
            json.writeEndObject();
            json.writeStringField("field", column.name());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanField("optional", optional);
        if (field != null) {
            json.writeStringField("field", field);
        }
    }

    /** How a type is written, and the source's own name of it. */
    private record Wire(String type, @Nullable String semantic, String source, int length, int scale) {
        static Wire of(ColumnType type) {
            return switch (type) {
                case ColumnType.Bool ignored -> new Wire("boolean", null, "BOOL", 0, 0);
                case ColumnType.Int16 ignored -> new Wire("int16", null, "INT2", 0, 0);
                case ColumnType.Int32 ignored -> new Wire("int32", null, "INT4", 0, 0);
                case ColumnType.Int64 ignored -> new Wire("int64", null, "INT8", 0, 0);
                case ColumnType.Float32 ignored -> new Wire("float", null, "FLOAT4", 0, 0);
                case ColumnType.Float64 ignored -> new Wire("double", null, "FLOAT8", 0, 0);
                case ColumnType.Decimal(int precision, int scale) ->
                    new Wire("string", null, "NUMERIC", precision, scale);
                case ColumnType.Numeric ignored -> new Wire("string", null, "NUMERIC", 0, 0);
                case ColumnType.Text(int length) ->
                    new Wire("string", null, length == 0 ? "TEXT" : "VARCHAR", length, 0);
                case ColumnType.Char(int length) -> new Wire("string", null, "BPCHAR", length, 0);
                case ColumnType.Json(boolean binary) ->
                    new Wire("string", "io.debezium.data.Json", binary ? "JSONB" : "JSON", 0, 0);
                case ColumnType.Uuid ignored -> new Wire("string", "io.debezium.data.Uuid", "UUID", 0, 0);
                case ColumnType.Bytes ignored -> new Wire("bytes", null, "BYTEA", 0, 0);
                case ColumnType.Date ignored -> new Wire("int32", "io.debezium.time.Date", "DATE", 0, 0);
                case ColumnType.Time(int precision) ->
                    new Wire("int64", "io.debezium.time.MicroTime", "TIME", 0, precision);
                case ColumnType.Timestamp(int precision) ->
                    new Wire("int64", "io.debezium.time.MicroTimestamp", "TIMESTAMP", 0, precision);
                case ColumnType.TimestampTz(int precision) ->
                    new Wire("string", "io.debezium.time.ZonedTimestamp", "TIMESTAMPTZ", 0, precision);
                case ColumnType.Native(String name, int length) ->
                    new Wire("string", null, name.toUpperCase(Locale.ROOT), 0, length < 0 ? 6 : length);
                // Never with a value: ImportRows refuses it.
                case ColumnType.Array ignored -> new Wire("string", null, "TEXT", 0, 0);
            };
        }
    }

    /** Debezium's form, for years before the first and beyond 9999 too. */
    private static String zoned(long second, int micro) {
        return LocalDateTime.ofEpochSecond(second, micro * 1000, ZoneOffset.UTC)
                .atOffset(ZoneOffset.UTC)
                .toString();
    }

    private static void value(JsonGenerator json, Column column, @Nullable Object value) {
        try {
            json.writeFieldName(column.name());
            switch (value) {
                case null -> json.writeNull();
                case Boolean bool -> json.writeBoolean(bool);
                case Short number -> json.writeNumber(number);
                case Integer number -> json.writeNumber(number);
                case Long micros
                when column.type() instanceof ColumnType.TimestampTz ->
                    json.writeString(zoned(Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS)));
                case FarMoment(long second, int micro)
                when column.type() instanceof ColumnType.TimestampTz -> json.writeString(zoned(second, micro));
                case Long number -> json.writeNumber(number);
                case Float number -> json.writeNumber(number);
                case Double number -> json.writeNumber(number);
                case BigDecimal number -> json.writeString(number.toPlainString());
                case byte[] bytes -> json.writeBinary(bytes);
                default -> json.writeString(value.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
