package dev.duet.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.ChangeBatch;
import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.TopicPartition;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The spans of what is delivered, and of what is not. */
class DeliveryTracesTest {
    private static final TopicPartition P = new TopicPartition("s.public.t", 0, 0);

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final DeliveryTraces traces =
            new DeliveryTraces(provider.get("test"), "funds", table -> OptionalLong.empty());

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void aPieceEndsWhenBothSinksHaveIt() {
        PartitionChanges first = take(0, 5, List.of());
        PartitionChanges second = take(5, 9, List.of());
        write("postgres", PartitionChanges.join(List.of(first, second)));
        write("delta", first);
        traces.delivered(Map.of(P, 5L));
        assertThat(named("process s.public.t")).singleElement().satisfies(span -> {
            assertThat(outcome(span)).isEqualTo("delivered");
            assertThat(span.getAttributes().get(AttributeKey.longKey("duet.next_offset")))
                    .isEqualTo(5);
        });
        assertThat(named("write delta")).hasSize(1);
        assertThat(named("write postgres")).as("one below each piece").hasSize(2);
        write("delta", second);
        traces.delivered(Map.of(P, 9L));
        assertThat(named("process s.public.t")).hasSize(2);
    }

    @Test
    void oneParentIsContinuedAndSeveralAreLinked() {
        take(0, 3, List.of(parent(1), parent(1)));
        take(3, 6, List.of(parent(1), parent(2), "no parent".getBytes(US_ASCII)));
        take(6, 9, IntStream.range(1, 100).mapToObj(DeliveryTracesTest::parent).toList());
        traces.delivered(Map.of(P, 9L));
        List<SpanData> spans = named("process s.public.t");
        assertThat(spans.get(0).getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(spans.get(0).getTraceId()).endsWith("01");
        assertThat(spans.get(0).getLinks()).isEmpty();
        assertThat(spans.get(1).getParentSpanContext().isValid()).isFalse();
        assertThat(spans.get(1).getLinks()).hasSize(2);
        assertThat(spans.get(2).getLinks()).hasSize(TraceParents.MOST);
    }

    @Test
    void aRetryIsAnEventOfItsWrite() {
        PartitionChanges piece = take(0, 5, List.of());
        traces.retrying("postgres", 1, Duration.ofSeconds(1), new IllegalStateException("the server is away"));
        write("delta", piece);
        write("postgres", piece);
        assertThat(named("write delta").getFirst().getEvents()).isEmpty();
        assertThat(named("write postgres").getFirst().getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getAttributes().get(AttributeKey.stringKey("duet.reason")))
                        .isEqualTo("the server is away"));
        write("postgres", take(5, 6, List.of()));
        assertThat(named("write postgres").getLast().getEvents()).isEmpty();
    }

    @Test
    void whatIsNotDeliveredEndsToo() {
        take(0, 5, List.of());
        traces.stopped(null, Set.of(P), "a wrong type");
        take(0, 5, List.of());
        traces.revoked(Set.of(P));
        take(0, 5, List.of());
        traces.started(Map.of(P, 0L));
        traces.decoded(piece(0, 5), Instant.now(), List.of());
        take(0, 7, List.of());
        traces.rewound("delta", Set.of(P), "another writer");
        assertThat(named("process s.public.t"))
                .extracting(DeliveryTracesTest::outcome)
                .containsExactly("stopped", "revoked", "read anew", "dropped", "rewound");
        assertThat(named("process s.public.t"))
                .extracting(span -> span.getStatus().getStatusCode())
                .containsExactly(
                        StatusCode.ERROR, StatusCode.UNSET, StatusCode.UNSET, StatusCode.UNSET, StatusCode.ERROR);
        traces.delivered(Map.of(P, 9L));
        assertThat(named("process s.public.t")).hasSize(5);
    }

    private PartitionChanges take(long first, long next, List<byte[]> traceParents) {
        PartitionChanges piece = piece(first, next);
        traces.decoded(piece, Instant.now(), traceParents);
        traces.accepted(piece);
        return piece;
    }

    private static PartitionChanges piece(long first, long next) {
        Offsets filtered = Offsets.of(LongStream.range(first, next).toArray());
        return new PartitionChanges(P, first, next, next - first, List.of(), filtered, Offsets.NONE, 0);
    }

    private void write(String sink, PartitionChanges piece) {
        traces.written(sink, ChangeBatch.of(List.of(piece)), Map.of(), Duration.ofMillis(5));
    }

    private static byte[] parent(int trace) {
        return "00-4bf92f3577b34da6a3ce929d0e0e47%02x-00f067aa0ba902b7-01"
                .formatted(trace)
                .getBytes(US_ASCII);
    }

    private List<SpanData> named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private static String outcome(SpanData span) {
        return String.valueOf(span.getAttributes().get(AttributeKey.stringKey("duet.outcome")));
    }
}
