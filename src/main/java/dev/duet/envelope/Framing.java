package dev.duet.envelope;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the payload of a record and its schema, if it carries one.
 *
 * <pre>
 * with schemas      {"schema":{...},"payload":PAYLOAD}   (in any order)
 * without           PAYLOAD
 * </pre>
 *
 * <p>The schema comes first and is the same in record after record. So all bytes up to the payload are remembered, and the next
 * record is compared with them at once: in the usual case the schema is neither parsed nor scanned.
 *
 * <p>One instance for each topic and side (key or value): the answer of {@link #find} stays in it until the next call.
 */
final class Framing {
    /** While a schema change rolls through a topic's partitions, old and new come mixed. */
    private static final int MAX_PREFIXES = 4;

    private static final byte[] SCHEMA = "\"schema\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAYLOAD = "\"payload\"".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private final SchemaCache schemas;
    private final @Nullable Prefix[] prefixes = new Prefix[MAX_PREFIXES];

    private @Nullable ConnectSchema schema;
    private int from;
    private int to;

    Framing(SchemaCache schemas) {
        this.schemas = schemas;
    }

    /** The schema of the record last looked at, null if it has none. */
    @Nullable
    ConnectSchema schema() {
        return schema;
    }

    /** Where its payload begins. */
    int from() {
        return from;
    }

    /** Where its payload ends, exclusive. White space may follow the payload before that. */
    int to() {
        return to;
    }

    /** Whether the payload is JSON's null. */
    boolean isNull(byte[] json) {
        return JsonBytes.startsWith(json, from, NULL) && JsonBytes.skipSpace(json, from + NULL.length) >= to;
    }

    void find(byte[] json) throws Unreadable {
        if (findByPrefix(json)) {
            return;
        }
        int start = JsonBytes.skipSpace(json, 0);
        schema = null;
        from = start;
        to = json.length;
        if (start < json.length && json[start] == '{') {
            int field = JsonBytes.skipSpace(json, start + 1);
            if (!findSchemaFirst(json, field)) {
                findPayloadFirst(json, field);
            }
        }
    }

    private boolean findByPrefix(byte[] json) {
        for (int i = 0; i < MAX_PREFIXES; i++) {
            Prefix prefix = prefixes[i];
            if (prefix == null) {
                return false;
            }
            if (JsonBytes.startsWith(json, 0, prefix.bytes)) {
                int last = JsonBytes.lastInk(json);
                if (json[last] != '}') {
                    return false;
                }
                schema = prefix.schema;
                from = prefix.bytes.length;
                to = last;
                toFront(i, prefix);
                return true;
            }
        }
        return false;
    }

    private void toFront(int i, Prefix prefix) {
        if (i > 0) {
            System.arraycopy(prefixes, 0, prefixes, 1, i);
            prefixes[0] = prefix;
        }
    }

    private boolean findSchemaFirst(byte[] json, int field) throws Unreadable {
        int start = JsonBytes.valueOf(json, field, SCHEMA);
        int end = start < 0 ? -1 : endOfSchema(json, start);
        int payload = end < 0 ? -1 : JsonBytes.valueOf(json, nextField(json, end), PAYLOAD);
        int last = JsonBytes.lastInk(json);
        if (payload < 0 || payload >= last || json[last] != '}') {
            return false;
        }
        if (json[start] == '{') {
            ConnectSchema parsed = schemas.get(json, start, end);
            schema = parsed;
            toFront(MAX_PREFIXES - 1, new Prefix(Arrays.copyOf(json, payload), parsed));
        }
        from = payload;
        to = last;
        return true;
    }

    private void findPayloadFirst(byte[] json, int field) throws Unreadable {
        int start = JsonBytes.valueOf(json, field, PAYLOAD);
        int end = start < 0 ? -1 : JsonBytes.endOfValue(json, start, json.length);
        int schemaStart = end < 0 ? -1 : JsonBytes.valueOf(json, nextField(json, end), SCHEMA);
        int schemaEnd = schemaStart < 0 ? -1 : endOfSchema(json, schemaStart);
        int close = schemaEnd < 0 ? -1 : JsonBytes.skipSpace(json, schemaEnd);
        if (close < 0 || close != JsonBytes.lastInk(json) || json[close] != '}') {
            return;
        }
        schema = json[schemaStart] == '{' ? schemas.get(json, schemaStart, schemaEnd) : null;
        from = start;
        to = end;
    }

    /** A column may be called "schema" as well: only an object or null makes it the frame. */
    private static int endOfSchema(byte[] json, int start) {
        return start < json.length && (json[start] == '{' || json[start] == 'n')
                ? JsonBytes.endOfValue(json, start, json.length)
                : -1;
    }

    /** Where the next field's name begins, or the array's end if none follows. */
    private static int nextField(byte[] json, int end) {
        int comma = JsonBytes.skipSpace(json, end);
        return comma < json.length && json[comma] == ',' ? JsonBytes.skipSpace(json, comma + 1) : json.length;
    }

    /** All bytes before the payload; never compared as a whole. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Prefix(byte[] bytes, ConnectSchema schema) {}
}
