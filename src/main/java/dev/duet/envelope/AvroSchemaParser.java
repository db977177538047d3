package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses Avro's JSON, first to plain maps, since the properties of a type may come in any order. */
final class AvroSchemaParser {
    private final JsonFactory json;

    AvroSchemaParser(JsonFactory json) {
        this.json = json;
    }

    /** @throws Unreadable if it is no sound schema */
    AvroSchema parse(WriterSchemas.Answer answer) throws Unreadable {
        AvroTypes types = new AvroTypes(json);
        for (String reference : answer.references()) {
            var unused = types.of(tree(reference), "");
        }
        AvroTypes.Typed root = types.of(tree(answer.schema()), "");
        if (root.avro().kind() != AvroType.Kind.RECORD) {
            throw Unreadable.malformed("expected a record at its top");
        }
        return new AvroSchema(root.avro(), new ConnectSchema(root.connect()));
    }

    private @Nullable Object tree(String schema) throws Unreadable {
        try (JsonParser parser = json.createParser(schema)) {
            parser.nextToken();
            Object tree = value(parser);
            if (parser.nextToken() != null) {
                throw Unreadable.malformed("expected nothing behind its closing brace");
            }
            return tree;
        } catch (IOException e) {
            throw Unreadable.malformed("expected valid JSON");
        }
    }

    /** The value at the current token. Its depth is bounded by Jackson's own limit on nesting. */
    private static @Nullable Object value(JsonParser parser) throws IOException, Unreadable {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw Unreadable.malformed("expected a schema");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }
}
