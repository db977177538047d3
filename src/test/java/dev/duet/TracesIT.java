package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: with traces on, each piece of a partition is one span from the poll until both sinks have it, with each sink's write below it
 * and the log's version at Delta's; records that name a span continue its trace, those that name several are linked to them; no span holds
 * a value of a row. Rows don't wait for a collector that is away. With traces off, which is how it begins, nothing is sent.
 */
class TracesIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void spansLeadFromTheRecordToBothSinks() throws Exception {
        String database = stack.freshDatabase("traces");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "traces", database, "s3a://" + stack.s3Bucket() + "/traces");
        try (SpanReceiver receiver = new SpanReceiver();
                FundHistory history = new FundHistory(stack.bootstrapServers(), "traces", "funds", 1, 6);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("quarkus.otel.exporter.otlp.endpoint", receiver.endpoint());
            settings.put("quarkus.otel.exporter.otlp.protocol", "http/protobuf");
            settings.put("quarkus.otel.bsp.schedule.delay", "200ms");
            history.snapshot(10);
            try (ServiceProcess off = ServiceProcess.start(settings).awaitStarted()) {
                awaitDelivered(connection, history);
                off.terminate();
            }
            assertThat(receiver.spans()).as("traces are off by default").isEmpty();

            settings.put("quarkus.otel.sdk.disabled", "false");
            try (ServiceProcess on = ServiceProcess.start(settings).awaitStarted()) {
                history.traceParent("00-" + TRACE + "-" + PARENT + "-01");
                history.updates(20);
                awaitDelivered(connection, history);
                continuesTheTrace(receiver, history);

                history.traceParent("00-11111111111111111111111111111111-00f067aa0ba902b7-01");
                history.updates(1);
                history.traceParent(null);
                history.updates(5);
                awaitDelivered(connection, history);
                await(receiver, span -> span.getName().startsWith("process") && ends(span, history.written()[0]));

                receiver.close();
                history.updates(5);
                awaitDelivered(connection, history); // whether a collector listens or not
                assertThat(on.log()).doesNotContain("ERROR");
            }
            assertThat(receiver.received().toString())
                    .contains("service.name")
                    .doesNotContain("fund_name")
                    .doesNotContain("sustainable")
                    .doesNotContain(stack.s3SecretKey());
        }
    }

    private static void continuesTheTrace(SpanReceiver receiver, FundHistory history) throws Exception {
        await(receiver, span -> span.getName().equals("process " + history.topic()) && ends(span, 30));
        List<Span> trace = receiver.spans().stream()
                .filter(span -> hex(span.getTraceId().toByteArray()).equals(TRACE))
                .toList();
        List<Span> roots = trace.stream()
                .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CONSUMER)
                .toList();
        assertThat(roots).isNotEmpty().allSatisfy(root -> {
            assertThat(hex(root.getParentSpanId().toByteArray())).isEqualTo(PARENT);
            assertThat(text(root, "duet.outcome")).isEqualTo("delivered");
            assertThat(text(root, "messaging.destination.partition.id")).isEqualTo("0");
            assertThat(text(root, "duet.pipeline")).isEqualTo("traces");
            Map<String, Span> below = trace.stream()
                    .filter(span -> span.getParentSpanId().equals(root.getSpanId()))
                    .collect(Collectors.toMap(Span::getName, span -> span));
            assertThat(below).containsOnlyKeys("decode", "write postgres", "write delta");
            assertThat(below.values()).allSatisfy(span -> {
                assertThat(span.getStartTimeUnixNano()).isGreaterThanOrEqualTo(root.getStartTimeUnixNano());
                assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(root.getEndTimeUnixNano());
            });
            assertThat(value(Objects.requireNonNull(below.get("write delta")), "duet.delta.versions")
                            .toString())
                    .contains("public.funds=");
        });
        assertThat(roots.stream()
                        .mapToLong(root ->
                                value(root, "messaging.batch.message_count").getIntValue())
                        .sum())
                .isEqualTo(20);
    }

    private static boolean ends(Span span, long nextOffset) {
        return value(span, "duet.next_offset").getIntValue() == nextOffset;
    }

    private static AnyValue value(Span span, String key) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(key))
                .map(KeyValue::getValue)
                .findFirst()
                .orElse(AnyValue.getDefaultInstance());
    }

    private static String text(Span span, String key) {
        return value(span, key).getStringValue();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static void await(SpanReceiver receiver, Predicate<Span> wanted) throws Exception {
        Instant limit = Instant.now().plusSeconds(60);
        while (receiver.spans().stream().noneMatch(wanted)) {
            assertThat(Instant.now())
                    .as("no such span among %s", receiver.spans())
                    .isBefore(limit);
            Thread.sleep(100);
        }
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "traces", history.topic(), history.written(), Duration.ofMinutes(2));
    }
}
