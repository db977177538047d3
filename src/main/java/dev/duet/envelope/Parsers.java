package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

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
        AvroSchema schema = payload.avro();
        return schema == null
                ? json.createParser(payload.bytes(), payload.from(), payload.to() - payload.from())
                : avro.open(payload.bytes(), payload.from(), payload.to(), schema.type());
    }
}
