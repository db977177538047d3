package dev.duet.envelope;

/**
 * What a record names its Avro schema by.
 *
 * @param kind whose numbers these are
 * @param id the number
 */
public record SchemaId(Kind kind, long id) {
    /** The same number means different schemas to different interfaces of one registry. */
    public enum Kind {
        /** The id of the Confluent-compatible interface; Apicurio's content id unless it is told otherwise. */
        CONFLUENT("schema id"),
        /** Eight bytes in the record's body, which don't say which of Apicurio's two ids they are. */
        APICURIO("Apicurio id"),
        /** Apicurio's id of one version of one artifact. */
        GLOBAL("global id"),
        /** Apicurio's id of the content, shared by equal schemas. */
        CONTENT("content id");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** For messages: {@code content id 7}. */
    @Override
    public String toString() {
        return kind.words + " " + id;
    }
}
