package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads record keys: which columns they have, and for a delete their values. */
final class RecordKeys {
    private final Parsers parsers;
    private final Map<KeySchema, KeySchema> schemas = new HashMap<>();

    RecordKeys(Parsers parsers) {
        this.parsers = parsers;
        schemas.put(KeySchema.NONE, KeySchema.NONE);
    }

    /** The one instance of this content. */
    KeySchema intern(KeySchema schema) {
        KeySchema known = schemas.putIfAbsent(schema, schema);
        return known == null ? schema : known;
    }

    /** Parses a key of a shape not met before. */
    KeyShape learn(Framing framing, Payload key) throws Unreadable {
        Payload payload = payload(framing, key);
        List<String> names = names(payload);
        AvroSchema avro = payload.avro();
        if (avro != null && !names.isEmpty()) {
            return KeyShape.ofAvro(avro, intern(withSchema(avro.connect().fields(), names)));
        }
        int end = JsonBytes.endOfValue(payload.bytes(), payload.from(), payload.to());
        if (names.isEmpty() || end < 0) {
            throw Unreadable.malformed("key: expected at least one column");
        }
        ConnectSchema connect = framing.schema();
        KeySchema schema = connect == null ? KeySchema.of(names) : withSchema(connect.fields(), names);
        return KeyShape.of(payload.bytes(), payload.from(), end, names, intern(schema));
    }

    /** Without its frame, if it is JSON; leaves that one's schema in the framing. */
    private static Payload payload(Framing framing, Payload key) throws Unreadable {
        if (key.avro() != null) {
            return key;
        }
        framing.find(key.bytes());
        if (Utf8.firstError(key.bytes(), framing.from(), framing.to()) >= 0) {
            throw Unreadable.malformed("key: expected UTF-8");
        }
        return new Payload(key.bytes(), framing.from(), framing.to(), null);
    }

    private static KeySchema withSchema(List<ConnectField> fields, List<String> names) throws Unreadable {
        List<String> declared = fields.stream().map(ConnectField::name).toList();
        for (String name : declared) {
            if (!names.contains(name)) {
                throw Unreadable.malformed("key: expected the column '" + Unreadable.shown(name) + "' of its schema");
            }
        }
        if (names.size() != declared.size()) {
            throw Unreadable.malformed("key: expected no field beyond its schema");
        }
        return new KeySchema(declared, fields);
    }

    private List<String> names(Payload payload) throws Unreadable {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = parsers.open(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw broken(payload);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                if (names.contains(parser.currentName())) {
                    throw Unreadable.malformed(
                            "key." + Unreadable.shown(parser.currentName()) + ": expected only once");
                }
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw broken(payload);
            }
            return names;
        } catch (IOException e) {
            throw broken(payload);
        }
    }

    /** The row of a delete: the key's columns, all others null. */
    @Nullable
    Object[] row(Framing framing, Payload key, RowPlan plan) throws Unreadable {
        Payload payload = payload(framing, key);
        @Nullable Object[] values = new @Nullable Object[plan.width()];
        try (JsonParser parser = parsers.open(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw broken(payload);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                readColumn(parser, plan, values);
            }
            if (parser.nextToken() != null) {
                throw broken(payload);
            }
        } catch (IOException e) {
            throw broken(payload);
        }
        return values;
    }

    private static Unreadable broken(Payload payload) {
        return Unreadable.malformed("key: expected " + payload.objectForm());
    }

    private static void readColumn(JsonParser parser, RowPlan plan, @Nullable Object[] values)
            throws IOException, Unreadable {
        String name = parser.currentName();
        parser.nextToken();
        for (int i = 0; i < plan.keySize(); i++) {
            if (plan.keySchema().names().get(i).equals(name)) {
                try {
                    values[plan.keyColumn(i)] = parser.currentToken() == JsonToken.VALUE_NULL
                            ? null
                            : plan.keyReader(i).read(parser);
                } catch (BadValue e) {
                    throw Unreadable.malformed("key." + Unreadable.shown(name) + ": " + e.getMessage());
                }
                return;
            }
        }
        throw Unreadable.malformed("key." + Unreadable.shown(name) + ": expected no such field");
    }
}
