package dev.duet.intake;

import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.delivery.TableStoppedException;
import dev.duet.envelope.DebeziumDecoder;
import dev.duet.envelope.Decoded;
import dev.duet.transform.Outcome;
import dev.duet.transform.Transforms;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads records as the service does, with its decoder and its transforms, and commits nothing. For one thread. */
@Singleton
@Unremovable
public class Peek {
    private final KafkaClients clients;
    private final DebeziumDecoder decoder;
    private final Transforms transforms;
    private final long maxRecordBytes;

    Peek(KafkaClients clients, DebeziumDecoder decoder, Transforms transforms, SourceConfig config) {
        this.clients = clients;
        this.decoder = decoder;
        this.transforms = transforms;
        this.maxRecordBytes = config.maxRecordBytes().asLongValue();
    }

    /**
     * A record and what the service makes of it.
     *
     * @param decoded before the transforms
     * @param outcome what the transforms make of a change, null if it is none
     * @param before the row before the change, in the schema of {@code decoded}, if the record has it
     * @param filter the key of the filter that excludes the row, null if none does
     * @param sentAgain whether it was a dead letter
     */
    public record Event(
            int partition,
            long offset,
            Instant at,
            byte @Nullable [] key,
            long bytes,
            Decoded decoded,
            @Nullable Outcome outcome,
            @Nullable Row before,
            @Nullable String filter,
            boolean sentAgain) {}

    /**
     * Reads from these offsets.
     *
     * @param from by partition; where a record is gone Kafka's error tells
     * @param follow whether to wait for more at the end
     * @param to false if no more are wanted
     */
    public void read(String topic, Map<Integer, Long> from, boolean follow, Predicate<Event> to) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        from.forEach((partition, offset) -> offsets.put(new TopicPartition(topic, partition), offset));
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            if (follow) {
                TopicScan.follow(consumer, offsets, record -> to.test(event(record)));
            } else {
                TopicScan.toEnd(consumer, offsets, record -> to.test(event(record)));
            }
        } catch (KafkaException e) {
            throw SourceKafka.unreachable("reading topic " + topic, e);
        }
    }

    private Event event(ConsumerRecord<byte[], byte[]> record) {
        long bytes = BatchDecoder.size(record);
        boolean sentAgain = DeadLetters.isSentAgain(record);
        Decoded decoded = decoded(record, bytes);
        Outcome outcome = null;
        Row before = null;
        String filter = null;
        if (decoded instanceof Decoded.Change(RowChange change)) {
            before = decoder.before(record.key(), record.value(), BatchDecoder.headers(record.headers()), change);
            outcome = transforms.apply(sentAgain ? change.sentAgain() : change);
            filter = transforms.excluding(change).orElse(null);
        }
        return new Event(
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                record.key(),
                bytes,
                decoded,
                outcome,
                before,
                filter,
                sentAgain);
    }

    private Decoded decoded(ConsumerRecord<byte[], byte[]> record, long bytes) {
        dev.duet.change.TopicPartition partition =
                new dev.duet.change.TopicPartition(record.topic(), record.partition());
        if (bytes > maxRecordBytes) {
            return new Decoded.Malformed(
                    "the record has more bytes than duet.source.max-record-bytes: the partition stops");
        }
        try {
            return decoder.decode(
                    partition, record.offset(), record.key(), record.value(), BatchDecoder.headers(record.headers()));
        } catch (TableStoppedException e) {
            return new Decoded.Blocked(e.table(), String.valueOf(e.getMessage()));
        }
    }
}
