package dev.duet.envelope;

/** A type of an Avro schema, as far as reading its values needs it. Compared by identity; may contain itself. */
final class AvroType {
    /** Avro's kinds of types (specification 1.12). */
    enum Kind {
        NULL,
        BOOLEAN,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        BYTES,
        STRING,
        FIXED,
        ENUM,
        ARRAY,
        MAP,
        UNION,
        RECORD
    }

    private static final String[] NO_NAMES = {};
    private static final AvroType[] NO_TYPES = {};

    private final Kind kind;
    private final int size;
    private String[] names = NO_NAMES;
    private AvroType[] types = NO_TYPES;

    private AvroType(Kind kind, int size) {
        this.kind = kind;
        this.size = size;
    }

    /** A type without parts; also a record that gets its fields later, since it may contain itself. */
    static AvroType of(Kind kind) {
        return new AvroType(kind, 0);
    }

    static AvroType fixed(int size) {
        return new AvroType(Kind.FIXED, size);
    }

    static AvroType enumeration(String[] symbols) {
        AvroType type = of(Kind.ENUM);
        type.names = symbols;
        return type;
    }

    /** An array, map or union of these. */
    static AvroType composed(Kind kind, AvroType... parts) {
        AvroType type = of(kind);
        type.types = parts;
        return type;
    }

    void setFields(String[] fieldNames, AvroType[] fieldTypes) {
        this.names = fieldNames;
        this.types = fieldTypes;
    }

    Kind kind() {
        return kind;
    }

    /** A fixed's length in bytes. */
    int size() {
        return size;
    }

    /** How many fields or branches it has. */
    int parts() {
        return types.length;
    }

    /** A field's or branch's type; that of an array's elements or a map's values at 0. */
    AvroType part(int i) {
        return types[i];
    }

    /** A field's name, by the source's spelling where the schema tells it. */
    String name(int i) {
        return names[i];
    }

    /** How many symbols an enum has. */
    int symbols() {
        return names.length;
    }
}
