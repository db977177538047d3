package dev.duet.envelope;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a record's value or key is Avro, and with which schema it was written.
 *
 * <pre>
 * Confluent's wire format    00, schema id in 4 bytes, AVRO
 * Apicurio's own             00, id in 8 bytes, AVRO            no registry gives the id 0 or one of more than 31 bits
 * Apicurio's headers         AVRO                               apicurio.value.globalId or .contentId: 8 bytes
 * </pre>
 *
 * <p>Numbers are big-endian. All else is JSON, which never begins with a zero. One instance for each topic and side.
 */
final class AvroFraming {
    private static final int MAGIC = 0;
    private static final int CONFLUENT_LENGTH = 1 + Integer.BYTES;
    private static final int APICURIO_LENGTH = 1 + Long.BYTES;

    private final AvroSchemas schemas;
    private final String side;
    private final String globalId;
    private final String contentId;
    private final String encoding;

    private SchemaId.Kind lastKind = SchemaId.Kind.CONFLUENT;
    private long lastId;
    private @Nullable AvroSchema last;
    private int from;

    /** @param side value or key */
    AvroFraming(AvroSchemas schemas, String side) {
        this.schemas = schemas;
        this.side = side;
        this.globalId = "apicurio." + side + ".globalId";
        this.contentId = "apicurio." + side + ".contentId";
        this.encoding = "apicurio." + side + ".encoding";
    }

    /** Where the Avro found last begins. */
    int from() {
        return from;
    }

    /** What the bytes were written with, null if they are JSON. May ask the registry, and wait for it. */
    @Nullable
    AvroSchema find(String topic, byte[] bytes, RecordHeaders headers) throws Unreadable {
        byte[] global = headers.last(globalId);
        byte[] content = global == null ? headers.last(contentId) : null;
        if (global != null) {
            return inHeader(topic, headers, SchemaId.Kind.GLOBAL, global);
        }
        if (content != null) {
            return inHeader(topic, headers, SchemaId.Kind.CONTENT, content);
        }
        if (bytes.length == 0 || bytes[0] != MAGIC) {
            return null;
        }
        if (bytes.length < CONFLUENT_LENGTH) {
            throw Unreadable.malformed(side + ": expected a schema id behind the first byte, 0");
        }
        long id = JsonBytes.bigEndian(bytes, 1, Integer.BYTES);
        if (id != 0) {
            from = CONFLUENT_LENGTH;
            return schema(topic, SchemaId.Kind.CONFLUENT, id);
        }
        if (bytes.length < APICURIO_LENGTH) {
            throw Unreadable.malformed(side + ": expected a schema id behind the first byte, 0");
        }
        from = APICURIO_LENGTH;
        return schema(topic, SchemaId.Kind.APICURIO, JsonBytes.bigEndian(bytes, 1, Long.BYTES));
    }

    private AvroSchema inHeader(String topic, RecordHeaders headers, SchemaId.Kind kind, byte[] id) throws Unreadable {
        byte[] how = headers.last(encoding);
        if (how != null && (how.length == 0 || (how[0] != 'B' && how[0] != 'b'))) {
            throw Unreadable.blocked(
                    AvroSchemas.tableOf(topic),
                    "The records of topic " + topic + " hold Avro written as JSON (header " + encoding
                            + "), which Duet does not read. Set apicurio.registry.avro.encoding=BINARY in the converter.");
        }
        if (id.length != Long.BYTES) {
            throw Unreadable.malformed("header apicurio." + side + ": expected an id of 8 bytes");
        }
        from = 0;
        return schema(topic, kind, JsonBytes.bigEndian(id, 0, Long.BYTES));
    }

    /** The usual record has the schema of the one before it. */
    private AvroSchema schema(String topic, SchemaId.Kind kind, long id) throws Unreadable {
        AvroSchema schema = last;
        if (schema == null || id != lastId || kind != lastKind) {
            schema = schemas.get(topic, new SchemaId(kind, id));
            last = schema;
            lastId = id;
            lastKind = kind;
        }
        return schema;
    }
}
