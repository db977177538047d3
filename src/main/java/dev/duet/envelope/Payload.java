package dev.duet.envelope;

import org.jspecify.annotations.Nullable;

/**
 * The part of a record's value or key that is to be read; never compared.
 *
 * @param from where it begins in the bytes
 * @param to where it ends, exclusive
 * @param avro what it was written with, null if it is JSON
 */
@SuppressWarnings("ArrayRecordComponent")
record Payload(byte[] bytes, int from, int to, @Nullable AvroSchema avro) {
    /** What is expected at its top, for messages. */
    String objectForm() {
        return objectForm(avro);
    }

    /** What it is expected to be, for messages. */
    String form() {
        return form(avro);
    }

    static String objectForm(@Nullable AvroSchema avro) {
        return avro == null ? "a JSON object" : "an Avro record";
    }

    static String form(@Nullable AvroSchema avro) {
        return avro == null ? "valid JSON" : "valid Avro of its schema";
    }
}
