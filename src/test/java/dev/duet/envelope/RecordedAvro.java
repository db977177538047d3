package dev.duet.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.change.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real record of Debezium 3.7.0 and Apicurio's Avro converter (src/test/resources/events/avro.*). */
@SuppressWarnings("ArrayRecordComponent")
record RecordedAvro(
        String topic, long offset, Map<String, String> headers, byte @Nullable [] key, byte @Nullable [] value) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static List<RecordedAvro> all(String file) {
        return text(file).lines().map(RecordedAvro::parse).toList();
    }

    /** A file beside the events. */
    static String text(String file) {
        try (InputStream in = RecordedAvro.class.getResourceAsStream("/events/" + file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a registry would have said when the events were recorded; the keys' schemas follow from the tables. */
    static WriterSchemas registry() {
        Map<SchemaId, String> schemas = new HashMap<>();
        String fund = text("avro.fund_metadata.value.avsc");
        String unit = text("avro.fund_unit.value.avsc");
        String fundKey = key("avro.public.fund_metadata", "{\"name\":\"fund_id\",\"type\":\"int\"}");
        String columns = "{\"name\":\"fund_id\",\"type\":\"int\"},{\"name\":\"unit_code\",\"type\":\"string\"}";
        schemas.put(new SchemaId(SchemaId.Kind.GLOBAL, 1), fundKey);
        schemas.put(new SchemaId(SchemaId.Kind.GLOBAL, 2), fund);
        schemas.put(new SchemaId(SchemaId.Kind.GLOBAL, 3), key("avro.public.fund_unit", columns));
        schemas.put(new SchemaId(SchemaId.Kind.GLOBAL, 4), unit);
        schemas.put(new SchemaId(SchemaId.Kind.CONFLUENT, 7), key("cavro.public.fund_unit", columns));
        schemas.put(new SchemaId(SchemaId.Kind.CONFLUENT, 8), unit);
        return id -> {
            String schema = schemas.get(id);
            if (schema == null) {
                throw new UnusableSchemaException("the registry in the test knows no " + id);
            }
            return new WriterSchemas.Answer(schema, List.of());
        };
    }

    private static String key(String namespace, String fields) {
        return "{\"type\":\"record\",\"name\":\"Key\",\"namespace\":\"" + namespace + "\",\"fields\":[" + fields
                + "],\"connect.name\":\"" + namespace + ".Key\"}";
    }

    Decoded decode(DebeziumDecoder decoder) {
        return decoder.decode(new TopicPartition(topic, 0), offset, key, value, this::header);
    }

    private byte @Nullable [] header(String name) {
        String text = headers.get(name);
        if (text == null) {
            return null;
        }
        return name.endsWith("Id") ? HexFormat.of().parseHex(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    RecordedAvro withValue(byte[] other) {
        return new RecordedAvro(topic, offset, headers, key, other);
    }

    private static RecordedAvro parse(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            Map<String, String> headers = new HashMap<>();
            node.get("headers")
                    .properties()
                    .forEach(entry ->
                            headers.put(entry.getKey(), entry.getValue().asText()));
            return new RecordedAvro(
                    node.get("topic").asText(),
                    node.get("offset").asLong(),
                    headers,
                    bytes(node.get("keyHex")),
                    bytes(node.get("valueHex")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte @Nullable [] bytes(@Nullable JsonNode hex) {
        return hex == null || hex.isNull() ? null : HexFormat.of().parseHex(hex.asText());
    }
}
