package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a Connect schema block. */
final class SchemaParser {
    private final JsonFactory json;

    SchemaParser(JsonFactory json) {
        this.json = json;
    }

    ConnectSchema parse(byte[] bytes, int from, int to) throws Unreadable {
        try (JsonParser parser = json.createParser(bytes, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Unreadable.malformed("schema: expected an object");
            }
            ConnectSchema schema = new ConnectSchema(field(parser));
            if (parser.nextToken() != null) {
                throw Unreadable.malformed("schema: expected nothing behind its closing brace");
            }
            return schema;
        } catch (IOException e) {
            // Jackson's message quotes the text.
            throw Unreadable.malformed("schema: expected a Connect schema in JSON");
        }
    }

    /** Reads the object at the current token. Its depth is bounded by Jackson's own limit on nesting. */
    private ConnectField field(JsonParser parser) throws IOException, Unreadable {
        String name = "";
        String type = null;
        String semantic = null;
        Map<String, String> parameters = Map.of();
        List<ConnectField> fields = List.of();
        ConnectField items = null;
        String defaultJson = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String property = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (property) {
                case "field" -> name = text(parser, property);
                case "type" -> type = text(parser, property);
                case "name" -> semantic = token == JsonToken.VALUE_NULL ? null : text(parser, property);
                case "parameters" -> parameters = parameters(parser);
                case "fields" -> fields = fields(parser);
                case "items" -> {
                    expect(parser, JsonToken.START_OBJECT, property, "an object");
                    items = field(parser);
                }
                case "default" -> defaultJson = token == JsonToken.VALUE_NULL ? null : json(parser);
                default -> parser.skipChildren();
            }
        }
        if (type == null) {
            throw Unreadable.malformed("schema: expected a type for the field '" + Unreadable.shown(name) + "'");
        }
        return new ConnectField(name, type, semantic, parameters, fields, items, defaultJson);
    }

    /** The value at the current token as it is written. */
    private String json(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = json.createGenerator(text)) {
            copy.copyCurrentStructureExact(parser);
        }
        return text.toString();
    }

    private List<ConnectField> fields(JsonParser parser) throws IOException, Unreadable {
        expect(parser, JsonToken.START_ARRAY, "fields", "an array");
        List<ConnectField> fields = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, JsonToken.START_OBJECT, "fields", "objects");
            if (fields.size() == DebeziumDecoder.MAX_COLUMNS) {
                throw Unreadable.malformed("schema.fields: expected at most " + DebeziumDecoder.MAX_COLUMNS
                        + ", PostgreSQL's limit of columns");
            }
            fields.add(field(parser));
        }
        return List.copyOf(fields);
    }

    private static Map<String, String> parameters(JsonParser parser) throws IOException, Unreadable {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        expect(parser, JsonToken.START_OBJECT, "parameters", "an object");
        Map<String, String> parameters = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String parameter = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                parameters.put(parameter, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
        return Map.copyOf(parameters);
    }

    private static String text(JsonParser parser, String property) throws IOException, Unreadable {
        expect(parser, JsonToken.VALUE_STRING, property, "a string");
        return parser.getText();
    }

    private static void expect(JsonParser parser, @Nullable JsonToken token, String property, String expected)
            throws Unreadable {
        if (parser.currentToken() != token) {
            throw Unreadable.malformed("schema." + property + ": expected " + expected);
        }
    }
}
