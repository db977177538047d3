package dev.duet.intake;

import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.Config;

/** Clients of Kafka with the channels' own settings, for commands, where no channel runs. Whoever asks for one closes it. */
@Singleton
final class KafkaClients {
    private static final String IN = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".";
    private static final String OUT = "mp.messaging.outgoing." + KafkaOutlet.CHANNEL + ".";
    private static final String TIMEOUT_MILLIS = "15000";

    /** What is a matter of the service's own consumer. */
    private static final Set<String> SERVICE_ONLY = Set.of(
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.CLIENT_ID_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

    private final Map<String, Object> broker;
    private final Config config;

    KafkaClients(@Identifier("default-kafka-broker") Map<String, Object> broker, Config config) {
        this.broker = broker;
        this.config = config;
    }

    /** Reads what is committed, belongs to no group and commits nothing. */
    KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = settings(IN, ConsumerConfig.configNames());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** @param transactionalId of two producers with one id the older can't write any more */
    KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> settings = settings(OUT, ProducerConfig.configNames());
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MILLIS);
        settings.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        settings.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    Admin admin() {
        Map<String, Object> settings = settings(IN, AdminClientConfig.configNames());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        return Admin.create(settings);
    }

    private Map<String, Object> settings(String channel, Set<String> names) {
        Map<String, Object> settings = new HashMap<>();
        broker.forEach((name, value) -> {
            if (names.contains(name) && !SERVICE_ONLY.contains(name)) {
                settings.put(name, value);
            }
        });
        for (String name : names) {
            if (!SERVICE_ONLY.contains(name)) {
                config.getOptionalValue(channel + name, String.class).ifPresent(value -> settings.put(name, value));
            }
        }
        return settings;
    }
}
