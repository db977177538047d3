package dev.duet.intake;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;

/** The dead letters' way to Kafka: the producer of an outgoing channel, so that it shares the application's Kafka settings. */
@Singleton
final class KafkaOutlet implements DeadLetters.Outlet {
    static final String CHANNEL = "dead-letters";

    private final KafkaClientService clients;

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
            Producer<byte[], byte[]> producer =
                    clients.<byte[], byte[]>getProducer(CHANNEL).unwrap();
            var unused = producer.send(record, (metadata, failure) -> {
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
}
