package dev.duet.trace;

import dev.duet.change.TableId;
import dev.duet.delivery.DeliveryListener;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether a delivery is traced. While it is not, nothing of a record is looked at for it. */
@Singleton
public final class Traces {
    private final OpenTelemetry telemetry;
    private final boolean disabled;

    Traces(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this.telemetry = telemetry;
        this.disabled = disabled;
    }

    /**
     * What listens to the delivery, if anything does.
     *
     * @param deltaVersions a version of the table's log that holds all that was written
     */
    public List<DeliveryListener> listeners(String pipeline, Function<TableId, OptionalLong> deltaVersions) {
        return disabled
                ? List.of()
                : List.of(new DeliveryTraces(telemetry.getTracer("dev.duet"), pipeline, deltaVersions));
    }
}
