/**
 * OpenTelemetry traces: a span for each piece of a partition from the poll to the moment when both sinks have it, and below it one for each
 * sink's write. Off unless {@code quarkus.otel.sdk.disabled=false}.
 */
@NullMarked
package dev.duet.trace;

import org.jspecify.annotations.NullMarked;
