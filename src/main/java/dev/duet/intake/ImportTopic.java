package dev.duet.intake;

import dev.duet.change.TableId;
import dev.duet.inspect.UnreachableException;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The topics through which files are imported, {@code <pipeline>.import.<schema>.<table>}, of one partition each: the service reads them as it
 * reads those of the source. Methods block.
 */
@Singleton
@Unremovable
public class ImportTopic {
    private static final long LIMIT_SECONDS = 30;

    private final KafkaClients clients;
    private final String pipeline;
    private final boolean read;

    ImportTopic(
            KafkaClients clients,
            @ConfigProperty(name = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id") String pipeline,
            SourceConfig config) {
        this.clients = clients;
        this.pipeline = pipeline;
        this.read = config.imports();
    }

    /** Whether the service, with these settings, reads such topics. */
    public boolean isRead() {
        return read;
    }

    /** An event's key and value. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Event(byte[] key, byte[] value) {}

    /** @throws IllegalArgumentException if the table's name can't be part of a topic's */
    public String name(TableId table) {
        if (!table.toString().matches("[a-zA-Z0-9._-]{1,150}")) {
            throw new IllegalArgumentException(
                    "the table " + table
                            + " can't be imported into: a topic's name holds letters, digits, dots, hyphens and underscores alone");
        }
        return prefix(pipeline) + table;
    }

    /** What the topics' names match. */
    static String pattern(String pipeline) {
        return Pattern.quote(prefix(pipeline)) + ".+";
    }

    /** What the topics' names begin with. */
    static String prefix(String pipeline) {
        return pipeline + ".import.";
    }

    /**
     * Makes the topic unless it is there, and shuts out every other import into it.
     *
     * @param topic as {@link #name} gives it
     */
    public Session open(String topic) {
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw SourceKafka.unreachable("making topic " + topic, e);
            }
        } catch (TimeoutException | KafkaException e) {
            throw SourceKafka.unreachable("making topic " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SourceKafka.unreachable("making topic " + topic, e);
        }
        KafkaProducer<byte[], byte[]> producer = clients.producer(topic);
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            producer.close();
            throw SourceKafka.unreachable("beginning an import into topic " + topic, e);
        }
        return new Session(topic, producer);
    }

    /** One import. Fails if another one begins. */
    public final class Session implements AutoCloseable {
        private final TopicPartition partition;
        private final KafkaProducer<byte[], byte[]> producer;

        private Session(String topic, KafkaProducer<byte[], byte[]> producer) {
            this.partition = new TopicPartition(topic, 0);
            this.producer = producer;
        }

        /**
         * Whether the topic holds no committed record at this offset or above.
         *
         * @param next the first offset that is not in both sinks, null for the first one that there is
         */
        public boolean isDelivered(@org.jspecify.annotations.Nullable Long next) {
            try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
                List<TopicPartition> one = List.of(partition);
                long first = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
                long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
                long from = Math.max(first, next == null ? 0 : next);
                AtomicBoolean found = new AtomicBoolean();
                if (from < end) {
                    TopicScan.toEnd(consumer, Map.of(partition, from), record -> {
                        found.set(true);
                        return false;
                    });
                }
                return !found.get();
            } catch (KafkaException e) {
                throw SourceKafka.unreachable("reading topic " + partition.topic(), e);
            }
        }

        /** Sends these events in one transaction: all or none. */
        public void send(List<Event> events) {
            try {
                producer.beginTransaction();
                List<Future<RecordMetadata>> sent = new ArrayList<>(events.size());
                for (Event event : events) {
                    sent.add(producer.send(new ProducerRecord<>(partition.topic(), 0, event.key(), event.value())));
                }
                producer.flush();
                for (Future<RecordMetadata> one : sent) {
                    var unused = one.get();
                }
                producer.commitTransaction();
            } catch (ExecutionException | KafkaException e) {
                throw SourceKafka.unreachable("sending rows to topic " + partition.topic(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnreachableException("interrupted while sending rows to topic " + partition.topic());
            }
        }

        /** What was not committed is dropped. */
        @Override
        public void close() {
            producer.close();
        }
    }
}
