package dev.duet.deltareader;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/// A Spark row as a JSON object, without loss. Every column appears, null as `null`.
///
/// | Spark type | JSON |
/// |---|---|
/// | byte, short, int, long | number, all digits |
/// | float, double | number; string for `NaN`, `Infinity`, `-Infinity` |
/// | decimal | string, plain notation with the column's scale |
/// | date | string `2026-01-31` |
/// | timestamp | string `2026-01-31T23:59:59.000001Z`, always six digits |
/// | timestamp_ntz | the same without `Z` |
/// | binary | string, base64 |
/// | array | array |
/// | struct | object |
/// | map | array of `{"key":..., "value":...}` |
final class RowJson {

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private RowJson() {}

    static void write(Row row, StructType schema, JsonGenerator json) throws IOException {
        String[] names = schema.fieldNames();
        json.writeStartObject();
        for (int i = 0; i < names.length; i++) {
            json.writeFieldName(names[i]);
            value(row.get(i), json);
        }
        json.writeEndObject();
    }

    private static void value(Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Boolean b -> json.writeBoolean(b);
            case Byte n -> json.writeNumber(n.intValue());
            case Short n -> json.writeNumber(n.intValue());
            case Integer n -> json.writeNumber(n);
            case Long n -> json.writeNumber(n);
            case Float n -> json.writeNumber(n); // Jackson quotes NaN and the infinities
            case Double n -> json.writeNumber(n);
            case BigDecimal n -> json.writeString(n.toPlainString());
            case String s -> json.writeString(s);
            case byte[] bytes -> json.writeBinary(bytes);
            case LocalDate date -> json.writeString(date.toString());
            case Instant instant -> json.writeString(UTC.format(instant));
            case LocalDateTime time -> json.writeString(LOCAL.format(time));
            case Row struct -> write(struct, struct.schema(), json);
            case scala.collection.Map<?, ?> map -> entries(map, json);
            case scala.collection.Seq<?> items -> items(items, json);
            default ->
                throw new IllegalArgumentException(
                        "no JSON form for a value of " + value.getClass().getName());
        }
    }

    private static void items(scala.collection.Seq<?> items, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (Object item : CollectionConverters.asJava(items)) {
            value(item, json);
        }
        json.writeEndArray();
    }

    private static void entries(scala.collection.Map<?, ?> map, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (var entry : CollectionConverters.asJava(map).entrySet()) {
            json.writeStartObject();
            json.writeFieldName("key");
            value(entry.getKey(), json);
            json.writeFieldName("value");
            value(entry.getValue(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
