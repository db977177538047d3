package dev.duet.envelope;

import dev.duet.change.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record to be decoded; never compared.
 *
 * @param value the bytes that hold the envelope
 * @param from where the envelope begins in them
 * @param to where it ends, exclusive
 * @param connect the envelope's schema, null if the record carries none
 */
@SuppressWarnings("ArrayRecordComponent")
record Input(
        TopicState topic,
        TopicPartition partition,
        long offset,
        byte @Nullable [] key,
        byte[] value,
        int from,
        int to,
        @Nullable ConnectSchema connect) {

    /** Finds the payload, and makes an envelope of it if the topic is flattened. Null if the payload is JSON's null. */
    static @Nullable Input of(
            TopicState topic,
            TopicPartition partition,
            long offset,
            byte @Nullable [] key,
            byte[] value,
            FlattenedRecord flattened)
            throws Unreadable {
        Framing framing = topic.values();
        framing.find(value);
        if (framing.isNull(value)) {
            return null;
        }
        int error = Utf8.firstError(value, framing.from(), framing.to());
        if (error >= 0) {
            throw Unreadable.malformed("value: expected UTF-8, not the byte at index " + error);
        }
        ConnectSchema connect = framing.schema();
        if (!topic.isFlattened()) {
            return new Input(topic, partition, offset, key, value, framing.from(), framing.to(), connect);
        }
        byte[] envelope = flattened.envelope(topic.topic(), value, framing.from(), framing.to());
        if (envelope == null) {
            return new Input(topic, partition, offset, key, value, framing.from(), framing.to(), connect);
        }
        ConnectSchema withRow = connect == null ? null : connect.flattened();
        return new Input(topic, partition, offset, key, envelope, 0, envelope.length, withRow);
    }
}
