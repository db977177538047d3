package dev.duet.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duet.failpoint.FailPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts records that can't be read into the dead-letter topic, key and value as they are, with headers that say why and where from.
 * A record counts as dead-lettered only when the broker has acknowledged its copy; after a crash in between it is written again,
 * and topic, partition and offset in the headers show that the two copies are one record.
 *
 * <pre>
 * __duet.reason     what is wrong, never a value
 * __duet.topic      the topic that the record was read from
 * __duet.partition  its partition, decimal
 * __duet.offset     its offset, decimal
 * __duet.omitted    only if the value was too large for the dead-letter topic: its size in bytes, decimal
 * </pre>
 */
final class DeadLetters {
    /** The way to Kafka. */
    interface Outlet {
        /** Completes when the broker has acknowledged the record. */
        CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record);
    }

    /** A record and what is wrong with it. */
    record Letter(ConsumerRecord<byte[], byte[]> record, String reason) {}

    static final String REASON = "__duet.reason";
    static final String TOPIC = "__duet.topic";
    private static final String OFFSET = "__duet.offset";

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String topic;
    private final Outlet outlet;

    DeadLetters(String topic, Outlet outlet) {
        this.topic = topic;
        this.outlet = outlet;
    }

    /**
     * Returns when the broker has them all; tries for as long as it takes.
     *
     * @throws InterruptedException when the service stops
     */
    void send(List<Letter> letters) throws InterruptedException {
        if (letters.isEmpty()) {
            return;
        }
        FailPoint.DEAD_LETTERS_SENDING.reached();
        List<ProducerRecord<byte[], byte[]>> left =
                letters.stream().map(this::toRecord).toList();
        while (!left.isEmpty()) {
            List<CompletableFuture<Void>> sent = left.stream().map(outlet::send).toList();
            List<ProducerRecord<byte[], byte[]>> again = new ArrayList<>();
            for (int i = 0; i < sent.size(); i++) {
                Throwable failure = await(sent.get(i));
                if (failure instanceof RecordTooLargeException && left.get(i).value() != null) {
                    again.add(withoutValue(left.get(i)));
                } else if (failure != null) {
                    again.add(left.get(i));
                    LOG.warnf(
                            "a dead letter could not be written to topic %s and is tried again: %s",
                            topic, failure.getMessage());
                }
            }
            if (again.size() == left.size()) {
                Thread.sleep(PAUSE.toMillis());
            }
            left = again;
        }
        FailPoint.DEAD_LETTERS_SENT.reached();
    }

    /** Whether this record was a dead letter before. */
    static boolean isSentAgain(ConsumerRecord<?, ?> record) {
        return record.headers().lastHeader(OFFSET) != null;
    }

    private ProducerRecord<byte[], byte[]> toRecord(Letter letter) {
        ConsumerRecord<byte[], byte[]> record = letter.record();
        Headers headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!PollEpochs.isMark(header)) {
                headers.add(header);
            }
        }
        headers.add(REASON, letter.reason().getBytes(UTF_8));
        headers.add(TOPIC, record.topic().getBytes(UTF_8));
        headers.add("__duet.partition", Integer.toString(record.partition()).getBytes(UTF_8));
        headers.add(OFFSET, Long.toString(record.offset()).getBytes(UTF_8));
        return new ProducerRecord<>(topic, null, record.key(), record.value(), headers);
    }

    private static ProducerRecord<byte[], byte[]> withoutValue(ProducerRecord<byte[], byte[]> record) {
        Headers headers = new RecordHeaders(record.headers());
        headers.add("__duet.omitted", Integer.toString(record.value().length).getBytes(UTF_8));
        return new ProducerRecord<>(record.topic(), null, record.key(), null, headers);
    }

    private static @Nullable Throwable await(CompletableFuture<Void> sent) throws InterruptedException {
        try {
            sent.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }
}
