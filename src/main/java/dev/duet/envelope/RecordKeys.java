package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
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
    private static final String BROKEN = "key: expected a JSON object";

    private final JsonFactory json;
    private final Map<KeySchema, KeySchema> schemas = new HashMap<>();

    RecordKeys(JsonFactory json) {
        this.json = json;
        schemas.put(KeySchema.NONE, KeySchema.NONE);
    }

    /** The one instance of this content. */
    KeySchema intern(KeySchema schema) {
        KeySchema known = schemas.putIfAbsent(schema, schema);
        return known == null ? schema : known;
    }

    /** Parses a key of a shape not met before. Leaves its payload's bounds in the framing. */
    KeyShape learn(Framing framing, byte[] key) throws Unreadable {
        framing.find(key);
        if (Utf8.firstError(key, framing.from(), framing.to()) >= 0) {
            throw Unreadable.malformed("key: expected UTF-8");
        }
        List<String> names = names(key, framing.from(), framing.to());
        int end = JsonBytes.endOfValue(key, framing.from(), framing.to());
        if (names.isEmpty() || end < 0) {
            throw Unreadable.malformed("key: expected at least one column");
        }
        ConnectSchema connect = framing.schema();
        KeySchema schema = connect == null ? KeySchema.of(names) : withSchema(connect.fields(), names);
        return KeyShape.of(key, framing.from(), end, names, intern(schema));
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

    private List<String> names(byte[] key, int from, int to) throws Unreadable {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = json.createParser(key, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Unreadable.malformed(BROKEN);
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
                throw Unreadable.malformed(BROKEN);
            }
            return names;
        } catch (IOException e) {
            throw Unreadable.malformed(BROKEN);
        }
    }

    /** The row of a delete: the key's columns, all others null. */
    @Nullable
    Object[] row(Framing framing, byte[] key, RowPlan plan) throws Unreadable {
        framing.find(key);
        if (Utf8.firstError(key, framing.from(), framing.to()) >= 0) {
            throw Unreadable.malformed("key: expected UTF-8");
        }
        @Nullable Object[] values = new @Nullable Object[plan.width()];
        try (JsonParser parser = json.createParser(key, framing.from(), framing.to() - framing.from())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Unreadable.malformed(BROKEN);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                readColumn(parser, plan, values);
            }
            if (parser.nextToken() != null) {
                throw Unreadable.malformed(BROKEN);
            }
        } catch (IOException e) {
            throw Unreadable.malformed(BROKEN);
        }
        return values;
    }

    private static void readColumn(JsonParser parser, RowPlan plan, @Nullable Object[] values)
            throws IOException, Unreadable {
        String name = parser.currentName();
        parser.nextToken();
        for (int i = 0; i < plan.keySize(); i++) {
            if (plan.name(plan.keyColumn(i)).getValue().equals(name)) {
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
