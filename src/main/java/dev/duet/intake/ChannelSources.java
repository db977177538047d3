package dev.duet.intake;

import io.smallrye.mutiny.Multi;
import io.smallrye.reactive.messaging.ClientCustomizer;
import io.smallrye.reactive.messaging.kafka.DeserializationFailureHandler;
import io.smallrye.reactive.messaging.kafka.KafkaCDIEvents;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.smallrye.reactive.messaging.kafka.fault.KafkaFailureHandler;
import io.smallrye.reactive.messaging.kafka.impl.ConfigHelper;
import io.smallrye.reactive.messaging.kafka.impl.KafkaSource;
import io.smallrye.reactive.messaging.providers.connectors.ExecutionHolder;
import io.smallrye.reactive.messaging.providers.impl.ConnectorConfig;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of the channel, one after the other. The connector makes the first and keeps each that it has made for as long as the
 * process lives, the closed ones too; so those that follow are made here, as it makes them, and forgotten when they have ended.
 */
@Singleton
final class ChannelSources {
    private final KafkaClientService clients;
    private final ExecutionHolder execution;
    private final Instance<KafkaCommitHandler.Factory> commitHandlers;
    private final Instance<KafkaFailureHandler.Factory> failureHandlers;
    private final Instance<KafkaConsumerRebalanceListener> rebalanceListeners;
    private final Instance<ClientCustomizer<Map<String, Object>>> customizers;
    private final Instance<DeserializationFailureHandler<?>> deserializationHandlers;
    private final Instance<Map<String, Object>> configurations;
    private final KafkaCDIEvents events;
    private final Config config;

    private @Nullable KafkaSource<byte[], byte[]> source;

    ChannelSources(
            KafkaClientService clients,
            ExecutionHolder execution,
            @Any Instance<KafkaCommitHandler.Factory> commitHandlers,
            @Any Instance<KafkaFailureHandler.Factory> failureHandlers,
            @Any Instance<KafkaConsumerRebalanceListener> rebalanceListeners,
            @Any Instance<ClientCustomizer<Map<String, Object>>> customizers,
            @Any Instance<DeserializationFailureHandler<?>> deserializationHandlers,
            @Any Instance<Map<String, Object>> configurations,
            KafkaCDIEvents events,
            Config config) {
        this.clients = clients;
        this.execution = execution;
        this.commitHandlers = commitHandlers;
        this.failureHandlers = failureHandlers;
        this.rebalanceListeners = rebalanceListeners;
        this.customizers = customizers;
        this.deserializationHandlers = deserializationHandlers;
        this.configurations = configurations;
        this.events = events;
        this.config = config;
    }

    /** The newest consumer, null before there is one. */
    synchronized @Nullable KafkaConsumer<byte[], byte[]> consumer() {
        return source == null ? clients.getConsumer(ChangeConsumer.CHANNEL) : source.getConsumer();
    }

    /** The newest consumer's {@code group.instance.id}. */
    String instanceId() {
        KafkaConsumer<byte[], byte[]> consumer = consumer();
        Object id = consumer == null ? null : consumer.configuration().get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return String.valueOf(id);
    }

    /** Makes a consumer and gives what it reads. The one before has been closed by its failure. */
    synchronized Multi<Message<?>> renew() {
        if (source != null) {
            source.closeQuietly();
        }
        KafkaConnectorIncomingConfiguration channel = new KafkaConnectorIncomingConfiguration(
                ConfigHelper.retrieveChannelConfiguration(configurations, new Channel(config)));
        KafkaSource<byte[], byte[]> renewed = new KafkaSource<>(
                execution.vertx(),
                config.getValue("mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".group.id", String.class),
                channel,
                null, // no tracing: see Channel
                commitHandlers,
                failureHandlers,
                rebalanceListeners,
                events,
                customizers,
                deserializationHandlers,
                -1);
        source = renewed;
        return renewed.getBatchStream().map(batch -> (Message<?>) batch);
    }

    /** The connector closes what it has made itself. */
    synchronized void close() {
        if (source != null) {
            source.closeQuietly();
        }
    }

    /** The channel's attributes as the framework hands them to a connector, but that it has no tracing: Duet's spans are its own. */
    private static final class Channel extends ConnectorConfig {
        private Channel(Config overall) {
            super("mp.messaging.incoming.", overall, ChangeConsumer.CHANNEL);
        }

        @Override
        public <T> Optional<T> getOptionalValue(String name, Class<T> type) {
            return name.equals("tracing-enabled") ? Optional.of(type.cast(false)) : super.getOptionalValue(name, type);
        }
    }
}
