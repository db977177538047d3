package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Opens payloads of both forms. Not thread-safe; a payload is read to its end before the next one is opened. */
final class Parsers {
    private final JsonFactory json;
    private final AvroParser avro = new AvroParser();

    Parsers(JsonFactory json) {
        this.json = json;
    }

    JsonFactory json() {
        return json;
    }

    JsonParser open(Payload payload) throws IOException {
        return open(payload.bytes(), payload.from(), payload.to(), payload.avro());
    }

    /** As a {@link Payload}, without making one. */
    JsonParser open(byte[] bytes, int from, int to, @Nullable AvroSchema schema) throws IOException {
        return schema == null ? json.createParser(bytes, from, to - from) : avro.open(bytes, from, to, schema.type());
    }
}
