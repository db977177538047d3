package dev.duet.intake;

import dev.duet.change.PartitionChanges;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.DeliveryListener;
import dev.duet.envelope.DebeziumDecoder;
import dev.duet.failpoint.FailPoint;
import dev.duet.transform.Transforms;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * The way in: takes a poll's records off the event loop, decodes them on a thread of its own, and hands them to delivery. The next
 * poll's records are taken when delivery has room; until then the consumer is paused.
 *
 * <p>The framework's acknowledgement is not used: offsets are committed by {@link KafkaUpstream} when both sinks have the rows.
 */
@Singleton
public class ChangeConsumer {
    /** The channel's name in {@code mp.messaging.incoming}. */
    static final String CHANNEL = "changes";

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Logger LOG = Logger.getLogger(ChangeConsumer.class);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("duet-decode").factory());
    private final BatchDecoder decoder;
    private final DeadLetters deadLetters;
    private final Delivery delivery;
    private final KafkaUpstream upstream;
    private final Generations generations;
    private final TopicIds topics;
    private final DeliveryListener listener;

    ChangeConsumer(
            DebeziumDecoder decoder,
            Transforms transforms,
            Cursors cursors,
            DeadLetters deadLetters,
            Delivery delivery,
            KafkaUpstream upstream,
            Generations generations,
            TopicIds topics,
            DeliveryListener listener,
            SourceConfig config,
            @ConfigProperty(name = "mp.messaging.incoming." + CHANNEL + ".group.id") String pipeline) {
        this.decoder = new BatchDecoder(
                decoder,
                transforms,
                cursors,
                new ForeignRecords(config.imports() ? ImportTopic.prefix(pipeline) : null),
                config.maxRecordBytes().asLongValue());
        this.deadLetters = deadLetters;
        this.delivery = delivery;
        this.upstream = upstream;
        this.generations = generations;
        this.topics = topics;
        this.listener = listener;
    }

    @Incoming(CHANNEL)
    @Acknowledgment(Acknowledgment.Strategy.NONE)
    CompletionStage<Void> on(ConsumerRecords<byte[], byte[]> polled) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        try {
            thread.execute(() -> take(polled, taken));
        } catch (RejectedExecutionException e) {
            LOG.debug("records polled while the service stops are left for the next start");
        }
        return taken;
    }

    private void take(ConsumerRecords<byte[], byte[]> polled, CompletableFuture<Void> taken) {
        try {
            Instant begin = Instant.now();
            FailPoint.POLLED.reached();
            CompletionStage<TopicIds.Look> look = topics.look(polled.partitions());
            BatchDecoder.Result result = decoder.decode(polled);
            FailPoint.DECODED.reached();
            Set<TopicPartition> others = others(polled.partitions(), look);
            if (!others.isEmpty()) {
                result = result.without(generations.of(others));
                upstream.again(others);
            }
            result.reads().forEach(read -> tellDecoded(read.changes(), polled, begin));
            deadLetters.send(result.letters());
            CompletionStage<Void> room = delivery.accept(result.reads());
            FailPoint.ACCEPTED.reached();
            result.blocks().forEach(block -> delivery.stop(block.table(), Set.of(block.partition()), block.reason()));
            if (polled.partitions().stream().anyMatch(upstream::isStandingStill)) {
                upstream.pauseStandingStill();
            }
            var unused = room.whenComplete((none, failure) -> taken.complete(null));
        } catch (InterruptedException | CancellationException e) {
            Thread.currentThread().interrupt(); // the service stops; nothing of these records was accepted
        } catch (RuntimeException | Error e) {
            // Never let a defect move past records, nor the channel wait for ever: the partitions stand still, the
            // others go on.
            LOG.error("records could not be taken in; their partitions stop", e);
            delivery.stop(
                    null, generations.of(polled.partitions()), "unexpected " + e + "; please report this as a defect");
            taken.complete(null);
        }
    }

    private void tellDecoded(PartitionChanges piece, ConsumerRecords<byte[], byte[]> polled, Instant begin) {
        List<ConsumerRecord<byte[], byte[]>> records = polled.records(Partitions.toKafka(piece.partition()));
        listener.decoded(
                piece,
                begin,
                () -> records.stream()
                        .map(record -> record.headers().lastHeader("traceparent"))
                        .filter(Objects::nonNull)
                        .map(Header::value)
                        .iterator());
    }

    /**
     * The partitions whose topic is not the one that was opened. Asked after each poll: a topic that is deleted and made again within
     * a moment, and is longer by then, goes on under the consumer without a word. Waits for as long as Kafka does not answer.
     */
    private Set<TopicPartition> others(Set<TopicPartition> polled, CompletionStage<TopicIds.Look> look)
            throws InterruptedException {
        while (true) {
            try {
                return look.toCompletableFuture().get().others();
            } catch (ExecutionException e) {
                LOG.debugf("topics could not be looked at and are asked for again: %s", e.getMessage());
                Thread.sleep(PAUSE.toMillis());
                look = topics.look(polled);
            }
        }
    }

    /** Takes nothing more. */
    public void stop() throws InterruptedException {
        thread.shutdownNow();
        if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
            LOG.warn("the decoding thread did not end in time");
        }
    }
}
