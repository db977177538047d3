package dev.duet.envelope;

import dev.duet.change.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record to be decoded; never compared.
 *
 * @param key the record's key, null if it has none; of a key in JSON all bytes, its frame included
 * @param value the envelope
 * @param connect the envelope's schema, null if the record carries none
 */
record Input(
        TopicState topic,
        TopicPartition partition,
        long offset,
        @Nullable Payload key,
        Payload value,
        @Nullable ConnectSchema connect) {

    /** Finds the payload, and makes an envelope of it if the topic is flattened. Null if the payload is JSON's null. */
    static @Nullable Input of(
            TopicState topic,
            TopicPartition partition,
            long offset,
            byte @Nullable [] key,
            byte[] value,
            RecordHeaders headers,
            FlattenedRecord flattened)
            throws Unreadable {
        Payload keyPayload = key == null ? null : topic.avroKeys().find(topic.topic(), key, headers);
        Payload payload = topic.avroValues().find(topic.topic(), value, headers);
        AvroSchema avro = payload.avro();
        ConnectSchema connect;
        if (avro != null) {
            connect = avro.connect();
        } else {
            Framing framing = topic.values();
            framing.find(value);
            if (framing.isNull(value)) {
                return null;
            }
            int error = Utf8.firstError(value, framing.from(), framing.to());
            if (error >= 0) {
                throw Unreadable.malformed("value: expected UTF-8, not the byte at index " + error);
            }
            payload = new Payload(value, framing.from(), framing.to(), null);
            connect = framing.schema();
        }
        byte[] envelope = topic.isFlattened() ? flattened.envelope(topic.topic(), payload) : null;
        if (envelope == null) {
            return new Input(topic, partition, offset, keyPayload, payload, connect);
        }
        return new Input(
                topic,
                partition,
                offset,
                keyPayload,
                new Payload(envelope, 0, envelope.length, null),
                connect == null ? null : connect.flattened());
    }
}
