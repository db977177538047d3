package dev.duet.intake;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;

/** The dead letters' way to Kafka: the producer of an outgoing channel, so that it shares the application's Kafka settings. */
@Singleton
final class KafkaOutlet implements DeadLetters.Outlet {
    static final String CHANNEL = "dead-letters";

    private static final Logger LOG = Logger.getLogger(KafkaOutlet.class);
    private static final Duration TOPIC_LIMIT = Duration.ofSeconds(10);

    private final KafkaClientService clients;
    private boolean topicMade;

    /** @param channel asked for so that the framework makes the channel and its producer; records go to the producer itself */
    KafkaOutlet(KafkaClientService clients, @Channel(CHANNEL) Emitter<byte[]> channel) {
        this.clients = clients;
    }

    @Produces
    @Singleton
    DeadLetters deadLetters(@ConfigProperty(name = "mp.messaging.outgoing." + CHANNEL + ".topic") String topic) {
        return new DeadLetters(topic, this);
    }

    @Override
    public CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        try {
            KafkaProducer<byte[], byte[]> producer = clients.getProducer(CHANNEL);
            makeTopic(producer, record.topic());
            var unused = producer.unwrap().send(record, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        } catch (KafkaException e) {
            sent.completeExceptionally(e);
        }
        return sent;
    }

    /**
     * Makes the topic before the first letter, since brokers often don't make topics by themselves. That it exists, or that this
     * user may not make it, is no failure here: the send tells.
     */
    private void makeTopic(KafkaProducer<?, ?> producer, String topic) {
        if (topicMade) {
            return;
        }
        Map<String, Object> settings = new HashMap<>(producer.configuration());
        try (Admin admin = Admin.create(settings)) {
            var unused = admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get(TOPIC_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf("topic %s not made: %s", topic, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        topicMade = true;
    }
}
