package dev.duet.envelope;

import dev.duet.change.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record to be decoded; never compared.
 *
 * @param key the record's key, null if it has none; of a key in JSON all bytes, its frame included
 * @param keyFrom where the key begins in them
 * @param keyAvro what the key was written with, null if it is JSON
 * @param value the bytes that hold the envelope
 * @param from where the envelope begins in them
 * @param to where it ends, exclusive
 * @param avro what it was written with, null if it is JSON
 * @param connect the envelope's schema, null if the record carries none
 */
@SuppressWarnings("ArrayRecordComponent")
record Input(
        TopicState topic,
        TopicPartition partition,
        long offset,
        byte @Nullable [] key,
        int keyFrom,
        @Nullable AvroSchema keyAvro,
        byte[] value,
        int from,
        int to,
        @Nullable AvroSchema avro,
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
        AvroSchema keyAvro = key == null ? null : topic.avroKeys().find(topic.topic(), key, headers);
        int keyFrom = keyAvro == null ? 0 : topic.avroKeys().from();
        AvroSchema avro = topic.avroValues().find(topic.topic(), value, headers);
        int from = topic.avroValues().from();
        int to = value.length;
        ConnectSchema connect = avro == null ? null : avro.connect();
        if (avro == null) {
            Framing framing = topic.values();
            framing.find(value);
            if (framing.isNull(value)) {
                return null;
            }
            from = framing.from();
            to = framing.to();
            connect = framing.schema();
            int error = Utf8.firstError(value, from, to);
            if (error >= 0) {
                throw Unreadable.malformed("value: expected UTF-8, not the byte at index " + error);
            }
        }
        byte[] envelope =
                topic.isFlattened() ? flattened.envelope(topic.topic(), new Payload(value, from, to, avro)) : null;
        if (envelope == null) {
            return new Input(topic, partition, offset, key, keyFrom, keyAvro, value, from, to, avro, connect);
        }
        ConnectSchema withRow = connect == null ? null : connect.flattened();
        return new Input(topic, partition, offset, key, keyFrom, keyAvro, envelope, 0, envelope.length, null, withRow);
    }
}
