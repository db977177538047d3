package dev.duet.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duet.inspect.NotFoundException;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The letters of the dead-letter topic, and what was done with them. That a letter is settled is written into the topic itself, as a record
 * without key and value:
 *
 * <pre>
 * __duet.settled     partition:offset of the letter
 * __duet.settled-as  retried or discarded
 * </pre>
 *
 * <p>A letter that is sent again and its mark are one transaction of Kafka, under one transactional id for the pipeline: whoever begins later
 * shuts out who began before, and reads the marks after that. So no letter is sent twice and none is marked that was not sent, whenever the
 * process dies. Methods block.
 */
@Singleton
@Unremovable
public class Letters {
    static final String SETTLED = "__duet.settled";
    private static final String SETTLED_AS = "__duet.settled-as";
    private static final int LETTERS_OF_A_TRANSACTION = 50;

    private final KafkaClients clients;
    private final String letters;

    Letters(
            KafkaClients clients,
            @ConfigProperty(name = "mp.messaging.outgoing." + KafkaOutlet.CHANNEL + ".topic") String topic) {
        this.clients = clients;
        this.letters = topic;
    }

    /** What was done with a letter. */
    public enum State {
        OPEN,
        RETRIED,
        DISCARDED
    }

    /**
     * A dead letter. Its copies, which a crash can leave, count as one.
     *
     * @param partition where it lies in the dead-letter topic
     * @param offset where it lies there, the first copy
     * @param copies how many there are
     * @param reason never holds a value
     * @param topic where it was read last
     * @param firstOffset where it was read first, if it was sent again and failed again
     * @param tries how often it was read and could not be understood
     * @param omittedBytes the size of its value if that was too large for the topic, else -1: it can't be sent again
     */
    public record Letter(
            int partition,
            long offset,
            int copies,
            String reason,
            String topic,
            int sourcePartition,
            long sourceOffset,
            long firstOffset,
            Instant at,
            int tries,
            int keyBytes,
            int valueBytes,
            long omittedBytes,
            State state) {}

    /** The bytes of a letter, and its headers as text. */
    public record Content(byte @Nullable [] key, byte @Nullable [] value, Map<String, String> headers) {}

    /** The dead-letter topic. */
    public String topic() {
        return letters;
    }

    /** All letters that the topic holds, in its order. */
    public List<Letter> all() {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            return read(consumer);
        } catch (KafkaException e) {
            throw SourceKafka.unreachable("reading topic " + letters, e);
        }
    }

    private List<Letter> read(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = TopicScan.partitions(consumer, letters);
        Map<String, List<Letter>> copies = new LinkedHashMap<>();
        Map<String, State> settled = new HashMap<>();
        if (!partitions.isEmpty()) {
            TopicScan.toEnd(consumer, consumer.beginningOffsets(partitions), record -> {
                String mark = text(record.headers(), SETTLED);
                if (mark != null) {
                    boolean retried = "retried".equals(text(record.headers(), SETTLED_AS));
                    settled.put(mark, retried ? State.RETRIED : State.DISCARDED);
                } else {
                    copies.computeIfAbsent(identity(record), identity -> new ArrayList<>(1))
                            .add(letter(record));
                }
                return true;
            });
        }
        return copies.values().stream().map(of -> joined(of, settled)).toList();
    }

    private static Letter joined(List<Letter> copies, Map<String, State> settled) {
        Letter first = copies.getFirst();
        State state = copies.stream()
                .map(copy -> settled.getOrDefault(id(copy), State.OPEN))
                .filter(one -> one != State.OPEN)
                .findFirst()
                .orElse(State.OPEN);
        return new Letter(
                first.partition,
                first.offset,
                copies.size(),
                first.reason,
                first.topic,
                first.sourcePartition,
                first.sourceOffset,
                first.firstOffset,
                first.at,
                first.tries,
                first.keyBytes,
                first.valueBytes,
                first.omittedBytes,
                state);
    }

    private static Letter letter(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        int tries = 0;
        String first = null;
        for (Header header : headers.headers("__duet.offset")) {
            tries++;
            first = first == null && header.value() != null ? new String(header.value(), UTF_8) : first;
        }
        return new Letter(
                record.partition(),
                record.offset(),
                1,
                String.valueOf(text(headers, "__duet.reason")),
                String.valueOf(text(headers, "__duet.topic")),
                (int) number(text(headers, "__duet.partition")),
                number(text(headers, "__duet.offset")),
                number(first),
                Instant.ofEpochMilli(record.timestamp()),
                tries,
                record.key() == null ? 0 : record.key().length,
                record.value() == null ? 0 : record.value().length,
                number(text(headers, "__duet.omitted")),
                State.OPEN);
    }

    /** Of a topic that was made again another record may have the same place. */
    private static String identity(ConsumerRecord<byte[], byte[]> record) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(record.key() == null ? new byte[0] : record.key());
            digest.update((byte) 0);
            digest.update(record.value() == null ? new byte[0] : record.value());
            return text(record.headers(), "__duet.topic") + " " + text(record.headers(), "__duet.partition") + " "
                    + text(record.headers(), "__duet.offset") + " "
                    + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @throws NotFoundException if there is no letter there */
    public Content content(int partition, long offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            ConsumerRecord<byte[], byte[]> record = record(consumer, partition, offset);
            Map<String, String> headers = new LinkedHashMap<>();
            record.headers()
                    .forEach(header ->
                            headers.put(header.key(), header.value() == null ? "" : new String(header.value(), UTF_8)));
            return new Content(record.key(), record.value(), headers);
        } catch (KafkaException e) {
            throw SourceKafka.unreachable("reading topic " + letters, e);
        }
    }

    private ConsumerRecord<byte[], byte[]> record(KafkaConsumer<byte[], byte[]> consumer, int partition, long offset) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>(1);
        TopicPartition of = new TopicPartition(letters, partition);
        if (TopicScan.partitions(consumer, letters).contains(of)
                && consumer.beginningOffsets(List.of(of)).getOrDefault(of, 0L) <= offset) {
            TopicScan.toEnd(consumer, Map.of(of, offset), record -> {
                found.add(record);
                return false;
            });
        }
        if (found.isEmpty() || found.getFirst().offset() != offset) {
            throw new NotFoundException("there is no letter at " + partition + ":" + offset + " of topic " + letters);
        }
        return found.getFirst();
    }

    /**
     * Sends open letters to where they were read, key, value and headers as they are, in the order in which they were read first.
     *
     * @param which of the open ones
     * @return those that were sent
     */
    public List<Letter> retry(Predicate<Letter> which) {
        return settle(letter -> which.test(letter) && letter.omittedBytes() < 0, State.RETRIED);
    }

    /** Marks open letters as done with; returns them. */
    public List<Letter> discard(Predicate<Letter> which) {
        return settle(which, State.DISCARDED);
    }

    private List<Letter> settle(Predicate<Letter> which, State state) {
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(letters + ".settle");
                KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            producer.initTransactions();
            List<Letter> chosen = read(consumer).stream()
                    .filter(letter -> letter.state() == State.OPEN && which.test(letter))
                    .sorted(Comparator.comparing(Letter::topic)
                            .thenComparingInt(Letter::sourcePartition)
                            .thenComparingLong(Letter::firstOffset))
                    .toList();
            for (int from = 0; from < chosen.size(); from += LETTERS_OF_A_TRANSACTION) {
                List<Letter> some = chosen.subList(from, Math.min(chosen.size(), from + LETTERS_OF_A_TRANSACTION));
                producer.beginTransaction();
                for (Letter letter : some) {
                    if (state == State.RETRIED) {
                        var unused =
                                producer.send(again(letter, record(consumer, letter.partition(), letter.offset())));
                    }
                    var unused = producer.send(mark(letter, state));
                }
                producer.commitTransaction();
            }
            return chosen;
        } catch (KafkaException e) {
            throw SourceKafka.unreachable("settling letters of topic " + letters, e);
        }
    }

    private static ProducerRecord<byte[], byte[]> again(Letter letter, ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(
                letter.topic(),
                letter.sourcePartition(),
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()));
    }

    private ProducerRecord<byte[], byte[]> mark(Letter letter, State state) {
        Headers headers = new RecordHeaders()
                .add(SETTLED, id(letter).getBytes(UTF_8))
                .add(SETTLED_AS, (state == State.RETRIED ? "retried" : "discarded").getBytes(UTF_8));
        return new ProducerRecord<>(letters, letter.partition(), null, null, null, headers);
    }

    private static String id(Letter letter) {
        return letter.partition() + ":" + letter.offset();
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }

    private static long number(@Nullable String text) {
        return text == null || !text.matches("\\d{1,18}") ? -1 : Long.parseLong(text);
    }
}
