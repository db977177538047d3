package dev.duet.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON: an array of objects, or objects one after the other (NDJSON). Read as a stream. */
final class JsonFields implements FieldSource {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonParser parser;
    private boolean begun;
    private boolean inArray;

    JsonFields(Reader text) throws IOException {
        this.parser = JSON.createParser(text);
    }

    @Override
    public @Nullable Fields next() throws IOException, Unreadable {
        try {
            JsonToken token = parser.nextToken();
            if (!begun) {
                begun = true;
                if (token == JsonToken.START_ARRAY) {
                    inArray = true;
                    token = parser.nextToken();
                }
            }
            if (inArray && token == JsonToken.END_ARRAY) {
                inArray = false;
                token = parser.nextToken();
                if (token != null) {
                    throw new Unreadable(line(), "expected nothing behind the array");
                }
            }
            return token == null ? null : record(token);
        } catch (JsonProcessingException e) { // its message quotes the text
            throw new Unreadable(e.getLocation() == null ? 0 : e.getLocation().getLineNr(), "this is no JSON");
        }
    }

    private Fields record(JsonToken token) throws IOException {
        long line = line();
        Map<String, @Nullable String> fields = new LinkedHashMap<>();
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new Fields(line, fields, "expected an object");
        }
        String problem = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String value = value(parser.nextToken());
            if (fields.containsKey(name)) {
                problem = "the field " + name + " occurs twice";
            }
            fields.put(name, value);
        }
        return new Fields(line, fields, problem);
    }

    private @Nullable String value(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.START_OBJECT && token != JsonToken.START_ARRAY) {
            return parser.getText();
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            copy.copyCurrentStructureExact(parser);
        }
        return text.toString();
    }

    private long line() {
        return parser.currentTokenLocation().getLineNr();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
