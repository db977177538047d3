package dev.duet.status;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Ledger;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The numbers. Names and tags are a contract (docs/operations.md lists them with Prometheus' spelling):
 *
 * <pre>
 * duet.records        counter  sink, topic, outcome = applied | skipped | filtered | dead-lettered
 * duet.records.read   counter  sink, topic          records read, repeats included: the sum of the outcomes
 * duet.rows           counter  sink, table, op      rows applied
 * duet.batch.rows     summary  sink                 rows of a batch
 * duet.batch.bytes    summary  sink                 memory of a batch
 * duet.write          timer    sink                 a batch's write, retries included
 * duet.retries        counter  sink
 * duet.rewinds        counter  sink                 batches dropped because another writer had moved the position
 * duet.registry.failures counter                    questions to the schema registry that were not answered and are asked again
 * duet.position       gauge    sink, topic, partition   first offset that the sink has not got, as far as this process knows
 * duet.delivered      gauge    topic, partition         first offset that is not in both sinks
 * duet.lag.records    gauge    topic, partition         offsets from there to the end; 0 if there is no record among them
 * duet.source.lag     gauge    sink, topic, partition   seconds from the source's commit of the newest row to its write
 * duet.reading        gauge                         1; 0 while no consumer reads from Kafka
 * duet.tables.stopped gauge                         partitions that stand still
 * duet.buffered.bytes gauge                         memory of the changes that are accepted and not in both sinks
 * </pre>
 */
@Singleton
@Typed(DeliveryMeters.class)
public final class DeliveryMeters implements DeliveryListener {
    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<String, PartitionGauges> partitions = new ConcurrentHashMap<>();
    private final Set<TopicPartition> standingStill = ConcurrentHashMap.newKeySet();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private final AtomicLong reading = new AtomicLong(1);

    @Inject
    DeliveryMeters(MeterRegistry registry) {
        this(registry, Clock.systemUTC());
    }

    DeliveryMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        Gauge.builder("duet.buffered.bytes", bufferedBytes, AtomicLong::get).register(registry);
        Gauge.builder("duet.reading", reading, AtomicLong::get).register(registry);
        Gauge.builder("duet.tables.stopped", standingStill, Set::size).register(registry);
    }

    @Override
    public void written(String sink, ChangeBatch batch, Map<TopicPartition, Ledger> outcome, Duration duration) {
        timer(sink).record(duration);
        summary("duet.batch.rows", sink).record(batch.rows());
        summary("duet.batch.bytes", sink).record(batch.bytes());
        long nowMicros = clock.millis() * 1000;
        for (PartitionChanges link : batch.partitions()) {
            Ledger ledger = outcome.getOrDefault(link.partition(), Ledger.EMPTY);
            registry.counter(
                            "duet.records.read",
                            "sink",
                            sink,
                            "topic",
                            link.partition().topic())
                    .increment(link.read());
            countRecords(sink, link.partition().topic(), ledger);
            countRows(sink, link.changes(), ledger.applied());
            PartitionGauges gauges = gauges(sink, link.partition());
            gauges.position.set(link.nextOffset());
            if (!link.changes().isEmpty()) {
                gauges.sourceLagMicros.set(Math.max(
                        0, nowMicros - link.changes().getLast().source().tsMicros()));
            }
        }
    }

    @Override
    public void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        registry.counter("duet.retries", "sink", sink).increment();
    }

    @Override
    public void readingEnded(int attempt, Duration pause, String reason) {
        reading.set(0);
    }

    @Override
    public void readingFenced(String reason) {
        reading.set(0);
    }

    @Override
    public void readingBegun() {
        reading.set(1);
    }

    @Override
    public void registryLost(int attempt, Duration pause, String reason) {
        registry.counter("duet.registry.failures").increment();
    }

    @Override
    public void rewound(String sink, Set<TopicPartition> rewound, String reason) {
        registry.counter("duet.rewinds", "sink", sink).increment();
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        nextOffsets.forEach((partition, next) -> gauges("", partition).position.set(next));
    }

    @Override
    public void endsAt(Map<TopicPartition, Long> endOffsets) {
        endOffsets.forEach((partition, end) -> gauges("", partition).end.set(end));
    }

    @Override
    public void accepted(PartitionChanges link) {
        gauges("", link.partition()).end.accepted(link.nextOffset(), clock.millis());
    }

    @Override
    public void atEnd(Set<TopicPartition> atEnd) {
        partitions.values().forEach(gauges -> gauges.end.atEnd(atEnd.contains(gauges.partition)));
    }

    @Override
    public void buffered(long bytes) {
        bufferedBytes.set(bytes);
    }

    @Override
    public void started(Map<TopicPartition, Long> nextOffsets) {
        standingStill.removeAll(nextOffsets.keySet());
        delivered(nextOffsets);
        nextOffsets.forEach((partition, next) -> gauges("", partition).end.accepted(next, clock.millis()));
    }

    @Override
    public void stopped(@Nullable TableId table, Set<TopicPartition> stopped, String reason) {
        standingStill.addAll(stopped);
        stopped.forEach(partition -> gauges("", partition).end.stopped());
    }

    /** The gauges of partitions that another process reads now would stand still and mislead: they go. */
    @Override
    public void revoked(Set<TopicPartition> revoked) {
        standingStill.removeAll(revoked);
        partitions.entrySet().removeIf(entry -> {
            boolean gone = revoked.contains(entry.getValue().partition);
            if (gone) {
                entry.getValue().meters.forEach(registry::remove);
            }
            return gone;
        });
    }

    private void countRecords(String sink, String topic, Ledger ledger) {
        count(sink, topic, "applied", ledger.applied());
        count(sink, topic, "skipped", ledger.skipped());
        count(sink, topic, "filtered", ledger.filtered());
        count(sink, topic, "dead-lettered", ledger.deadLettered());
    }

    private void count(String sink, String topic, String outcome, long records) {
        Counter counter = registry.counter("duet.records", "sink", sink, "topic", topic, "outcome", outcome);
        if (records > 0) {
            counter.increment(records);
        }
    }

    /** What a sink skips lies at the beginning of a partition's changes, so the last ones are those applied. */
    private void countRows(String sink, List<RowChange> changes, long applied) {
        List<RowChange> rows = changes.subList((int) Math.max(0, changes.size() - applied), changes.size());
        if (rows.isEmpty()) {
            return;
        }
        TableId table = rows.getFirst().table();
        long[] byOp = new long[Op.values().length];
        for (RowChange change : rows) {
            if (!change.table().equals(table)) {
                flush(sink, table, byOp);
                table = change.table();
            }
            byOp[change.op().ordinal()]++;
        }
        flush(sink, table, byOp);
    }

    private void flush(String sink, TableId table, long[] byOp) {
        for (Op op : Op.values()) {
            if (byOp[op.ordinal()] > 0) {
                registry.counter("duet.rows", "sink", sink, "table", table.toString(), "op", op.code())
                        .increment(byOp[op.ordinal()]);
                byOp[op.ordinal()] = 0;
            }
        }
    }

    private Timer timer(String sink) {
        return Timer.builder("duet.write")
                .tag("sink", sink)
                .publishPercentiles(0.5, 0.95, 0.99)
                .distributionStatisticExpiry(Duration.ofMinutes(10))
                .register(registry);
    }

    private DistributionSummary summary(String name, String sink) {
        return DistributionSummary.builder(name).tag("sink", sink).register(registry);
    }

    private PartitionGauges gauges(String sink, TopicPartition partition) {
        return partitions.computeIfAbsent(
                sink + "/" + partition, key -> new PartitionGauges(registry, clock, sink, partition));
    }

    /** The gauges of one partition: of one sink, or (sink empty) of the delivery as a whole. */
    private static final class PartitionGauges {
        final TopicPartition partition;
        final AtomicLong position = new AtomicLong();
        final PartitionEnd end = new PartitionEnd();
        final AtomicLong sourceLagMicros = new AtomicLong();
        final List<Gauge> meters;

        PartitionGauges(MeterRegistry registry, Clock clock, String sink, TopicPartition partition) {
            this.partition = partition;
            Tags tags = Tags.of("topic", partition.topic(), "partition", Integer.toString(partition.partition()));
            if (sink.isEmpty()) {
                meters = List.of(
                        Gauge.builder("duet.delivered", position, AtomicLong::get)
                                .tags(tags)
                                .register(registry),
                        Gauge.builder("duet.lag.records", this, gauges -> gauges.lag(clock.millis()))
                                .tags(tags)
                                .register(registry));
            } else {
                Tags ofSink = tags.and("sink", sink);
                meters = List.of(
                        Gauge.builder("duet.position", position, AtomicLong::get)
                                .tags(ofSink)
                                .register(registry),
                        Gauge.builder("duet.source.lag", sourceLagMicros, micros -> micros.get() / 1e6)
                                .baseUnit("seconds")
                                .tags(ofSink)
                                .register(registry));
            }
        }

        private double lag(long now) {
            return end.from(position.get(), now);
        }
    }
}
