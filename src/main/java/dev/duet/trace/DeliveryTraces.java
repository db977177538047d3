package dev.duet.trace;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.Ledger;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a delivery:
 *
 * <pre>
 * process TOPIC      a piece of a partition, from the poll to the moment when both sinks have it
 *   decode
 *   write postgres   the transaction that holds it, which mostly holds more; retries are its events
 *   write delta      the same of the commit, with the log's versions
 * </pre>
 *
 * <p>If all records of the piece that name a span name the same one, {@code process} is its child: the trace goes on that made the change.
 * If they name several, it links to them. No span holds a value of a row. Thread-safe.
 */
final class DeliveryTraces implements DeliveryListener {
    /** Spans that wait for their end. Above it what comes is not traced, so that memory is bounded. */
    private static final int MOST_OPEN = 10_000;

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> TOPIC = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    private static final AttributeKey<Long> NEXT_OFFSET = AttributeKey.longKey("duet.next_offset");
    private static final AttributeKey<Long> CHANGES = AttributeKey.longKey("duet.changes");
    private static final AttributeKey<String> PIPELINE = AttributeKey.stringKey("duet.pipeline");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("duet.outcome");
    private static final AttributeKey<String> SINK = AttributeKey.stringKey("duet.sink");
    private static final AttributeKey<Long> BATCH_CHANGES = AttributeKey.longKey("duet.batch.changes");
    private static final AttributeKey<List<String>> VERSIONS = AttributeKey.stringArrayKey("duet.delta.versions");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("duet.attempt");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("duet.reason");

    /** A piece on its way, whose span has not ended. */
    private record Open(PartitionChanges piece, Span span) {
        void end(String outcome) {
            span.setAttribute(OUTCOME, outcome);
            span.end(Instant.now()); // of the clock that all begin and end by
        }
    }

    private record Failure(int attempt, String reason, Instant at) {}

    private final Tracer tracer;
    private final String pipeline;
    private final Function<TableId, OptionalLong> deltaVersions;
    private final Map<TopicPartition, Open> decoded = new HashMap<>();
    private final Map<TopicPartition, Deque<Open>> accepted = new HashMap<>();
    private final Map<String, Failure> failures = new HashMap<>();
    private int open;

    DeliveryTraces(Tracer tracer, String pipeline, Function<TableId, OptionalLong> deltaVersions) {
        this.tracer = tracer;
        this.pipeline = pipeline;
        this.deltaVersions = deltaVersions;
    }

    @Override
    public void decoded(PartitionChanges piece, Instant polled, Iterable<byte[]> traceParents) {
        Span span = process(piece, polled, TraceParents.of(traceParents));
        tracer.spanBuilder("decode")
                .setParent(Context.root().with(span))
                .setStartTimestamp(polled)
                .startSpan()
                .end(Instant.now());
        Open dropped;
        synchronized (this) {
            dropped = decoded.put(piece.partition(), new Open(piece, span));
        }
        if (dropped != null) {
            dropped.end("dropped");
        }
    }

    private Span process(PartitionChanges piece, Instant polled, List<SpanContext> parents) {
        TopicPartition partition = piece.partition();
        SpanBuilder builder = tracer.spanBuilder("process " + partition.topic())
                .setSpanKind(SpanKind.CONSUMER)
                .setStartTimestamp(polled)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION, "process")
                .setAttribute(TOPIC, partition.topic())
                .setAttribute(PARTITION, Integer.toString(partition.partition()))
                .setAttribute(COUNT, piece.read())
                .setAttribute(OFFSET, piece.firstOffset())
                .setAttribute(NEXT_OFFSET, piece.nextOffset())
                .setAttribute(CHANGES, (long) piece.changes().size())
                .setAttribute(PIPELINE, pipeline);
        if (parents.size() == 1) {
            return builder.setParent(Context.root().with(Span.wrap(parents.getFirst())))
                    .startSpan();
        }
        parents.forEach(builder::addLink);
        return builder.setNoParent().startSpan();
    }

    @Override
    public synchronized void accepted(PartitionChanges piece) {
        Open next = decoded.remove(piece.partition());
        if (next == null) {
            return;
        }
        if (next.piece() != piece || open >= MOST_OPEN) {
            next.end("dropped");
            return;
        }
        open++;
        accepted.computeIfAbsent(piece.partition(), p -> new ArrayDeque<>()).add(next);
    }

    @Override
    public synchronized void retrying(String sink, int attempt, Duration pause, Throwable reason) {
        failures.put(sink, new Failure(attempt, String.valueOf(reason.getMessage()), Instant.now()));
    }

    @Override
    public void written(String sink, ChangeBatch batch, Map<TopicPartition, Ledger> outcome, Duration duration) {
        List<Open> held = new ArrayList<>();
        Failure failure;
        synchronized (this) {
            failure = failures.remove(sink);
            for (PartitionChanges joined : batch.partitions()) {
                for (Open each : accepted.getOrDefault(joined.partition(), new ArrayDeque<>())) {
                    if (each.piece().firstOffset() >= joined.firstOffset()
                            && each.piece().nextOffset() <= joined.nextOffset()) {
                        held.add(each);
                    }
                }
            }
        }
        held.removeIf(each -> !each.span().isRecording());
        if (held.isEmpty()) {
            return;
        }
        Instant end = Instant.now();
        Attributes attributes = attributes(sink, batch);
        held.forEach(each -> write(each, sink, attributes, failure, end.minus(duration), end));
    }

    private Attributes attributes(String sink, ChangeBatch batch) {
        var attributes = Attributes.builder().put(SINK, sink).put(BATCH_CHANGES, (long) batch.rows());
        if (sink.equals("delta")) {
            attributes.put(VERSIONS, versions(batch));
        }
        return attributes.build();
    }

    private List<String> versions(ChangeBatch batch) {
        Set<TableId> tables = new TreeSet<>(Comparator.comparing(TableId::toString));
        batch.partitions().forEach(piece -> piece.changes().forEach(change -> tables.add(change.table())));
        List<String> versions = new ArrayList<>();
        tables.forEach(table -> deltaVersions.apply(table).ifPresent(version -> versions.add(table + "=" + version)));
        return versions;
    }

    private void write(
            Open open, String sink, Attributes attributes, @Nullable Failure failure, Instant begin, Instant end) {
        Span span = tracer.spanBuilder("write " + sink)
                .setParent(Context.root().with(open.span()))
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(begin)
                .setAllAttributes(attributes)
                .startSpan();
        if (failure != null) {
            span.addEvent(
                    "retry", Attributes.of(ATTEMPT, (long) failure.attempt(), REASON, failure.reason()), failure.at());
        }
        span.end(end);
    }

    @Override
    public void delivered(Map<TopicPartition, Long> nextOffsets) {
        List<Open> ended = new ArrayList<>();
        synchronized (this) {
            nextOffsets.forEach((partition, next) ->
                    ended.addAll(take(partition, each -> each.piece().nextOffset() <= next)));
        }
        ended.forEach(each -> each.end("delivered"));
    }

    @Override
    public void rewound(String sink, Set<TopicPartition> partitions, String reason) {
        endAll(partitions, "rewound", reason);
    }

    @Override
    public void stopped(@Nullable TableId table, Set<TopicPartition> partitions, String reason) {
        endAll(partitions, "stopped", reason);
    }

    @Override
    public void revoked(Set<TopicPartition> partitions) {
        endAll(partitions, "revoked", null);
    }

    @Override
    public void started(Map<TopicPartition, Long> nextOffsets) {
        endAll(nextOffsets.keySet(), "read anew", null);
    }

    private void endAll(Collection<TopicPartition> partitions, String outcome, @Nullable String failure) {
        List<Open> ended = new ArrayList<>();
        synchronized (this) {
            for (TopicPartition partition : partitions) {
                ended.addAll(take(partition, each -> true));
                Open waiting = decoded.remove(partition);
                if (waiting != null) {
                    ended.add(waiting);
                }
            }
        }
        for (Open each : ended) {
            if (failure != null) {
                each.span().setStatus(StatusCode.ERROR, failure);
            }
            each.end(outcome);
        }
    }

    private List<Open> take(TopicPartition partition, Predicate<Open> wanted) {
        Deque<Open> pieces = accepted.get(partition);
        List<Open> taken = new ArrayList<>();
        while (pieces != null && !pieces.isEmpty() && wanted.test(pieces.getFirst())) {
            taken.add(pieces.removeFirst());
        }
        if (pieces != null && pieces.isEmpty()) {
            accepted.remove(partition);
        }
        open -= taken.size();
        return taken;
    }
}
