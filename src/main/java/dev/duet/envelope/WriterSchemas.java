package dev.duet.envelope;

import java.util.List;

/**
 * Where the decoder gets the Avro schema that a record was written with: a schema registry.
 *
 * <p>Asked on the decoding thread and allowed to block for as long as the registry does not answer. A schema never changes, so the
 * decoder remembers it. What else is thrown passes through {@link DebeziumDecoder#decode}.
 */
@FunctionalInterface
public interface WriterSchemas {
    /** No registry is configured. */
    WriterSchemas NONE = id -> {
        throw new UnusableSchemaException("no schema registry is configured. Set duet.source.registry.url, for example"
                + " http://registry:8080/apis/ccompat/v7, and restart Duet");
    };

    /**
     * The schema as JSON text, complete in itself but for the types of {@link Answer#references}.
     *
     * @throws UnusableSchemaException if asking again would not help before somebody has done something
     */
    Answer find(SchemaId id) throws UnusableSchemaException;

    /**
     * Told once for a schema in which columns can be null and have a default all the same: converters that are not told otherwise write
     * the default in place of null, and nothing in the record tells.
     */
    default void nullsMayBeDefaults(String topic, SchemaId id, List<String> columns) {}

    /**
     * @param schema Avro's JSON
     * @param references the schemas of the types that it only names, each before those that use it
     */
    record Answer(String schema, List<String> references) {
        /** Its length in characters, for bounding memory. */
        int length() {
            return schema.length()
                    + references.stream().mapToInt(String::length).sum();
        }
    }
}
