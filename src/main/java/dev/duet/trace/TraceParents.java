package dev.duet.trace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The spans in which records were made, as their headers name them: {@code traceparent} of W3C's Trace Context, which Debezium's
 * ActivateTracingSpan and OpenTelemetry's Kafka clients write.
 */
final class TraceParents {
    /** More than these of one poll are of no use to anybody who looks at a trace. */
    static final int MOST = 32;

    private static final int LENGTH_LIMIT = 512;

    private static final TextMapGetter<String> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String value) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String value, String key) {
            return key.equals("traceparent") ? value : null;
        }
    };

    private TraceParents() {}

    /** Each valid one once, in the order in which they come, at most {@link #MOST}; what can't be read is passed over. */
    static List<SpanContext> of(Iterable<byte[]> headers) {
        Set<String> distinct = new LinkedHashSet<>();
        for (byte[] header : headers) {
            if (header != null
                    && header.length <= LENGTH_LIMIT
                    && distinct.add(new String(header, ISO_8859_1))
                    && distinct.size() == MOST) {
                break;
            }
        }
        List<SpanContext> parents = new ArrayList<>(distinct.size());
        for (String header : distinct) {
            Context extracted = W3CTraceContextPropagator.getInstance().extract(Context.root(), header, GETTER);
            SpanContext parent = Span.fromContext(extracted).getSpanContext();
            if (parent.isValid()) {
                parents.add(parent);
            }
        }
        return parents;
    }
}
