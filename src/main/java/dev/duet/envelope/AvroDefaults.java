package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a default as the JSON converter would: Avro spells bytes as text of one character for each, Connect as base64. */
final class AvroDefaults {
    private final JsonFactory json;

    AvroDefaults(JsonFactory json) {
        this.json = json;
    }

    /** @param value of the type's schema, as plain maps, lists, texts, numbers and booleans */
    String json(AvroType type, Object value) throws Unreadable {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = json.createGenerator(text)) {
            write(out, type, value);
        } catch (IOException e) {
            throw Unreadable.malformed("expected a default of its type");
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, @Nullable AvroType type, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeNull();
            case Boolean b -> out.writeBoolean(b);
            case BigInteger n -> out.writeNumber(n);
            case BigDecimal n -> out.writeNumber(n);
            case List<?> items -> {
                out.writeStartArray();
                for (Object item : items) {
                    write(out, type == null || type.parts() == 0 ? null : type.part(0), item);
                }
                out.writeEndArray();
            }
            case Map<?, ?> fields -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    out.writeFieldName(String.valueOf(field.getKey()));
                    write(out, fieldOf(type, field.getKey()), field.getValue());
                }
                out.writeEndObject();
            }
            default ->
                out.writeString(
                        isBytes(type)
                                ? Base64.getEncoder()
                                        .encodeToString(value.toString().getBytes(StandardCharsets.ISO_8859_1))
                                : value.toString());
        }
    }

    private static boolean isBytes(@Nullable AvroType type) {
        if (type != null && type.kind() == AvroType.Kind.UNION) {
            for (int i = 0; i < type.parts(); i++) {
                if (isBytes(type.part(i))) {
                    return true;
                }
            }
        }
        return type != null && (type.kind() == AvroType.Kind.BYTES || type.kind() == AvroType.Kind.FIXED);
    }

    private static @Nullable AvroType fieldOf(@Nullable AvroType type, @Nullable Object name) {
        if (type != null && type.kind() == AvroType.Kind.RECORD) {
            for (int i = 0; i < type.parts(); i++) {
                if (type.name(i).equals(name)) {
                    return type.part(i);
                }
            }
        }
        return null;
    }
}
