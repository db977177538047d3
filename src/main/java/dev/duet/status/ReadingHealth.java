package dev.duet.status;

import dev.duet.delivery.DeliveryListener;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.jspecify.annotations.Nullable;

/**
 * Liveness: down while no consumer reads from Kafka, which a new process may mend. Not while another process has this one's place in the
 * group: started anew it would only take it back.
 */
@Liveness
@Default
@Singleton
@Typed({ReadingHealth.class, HealthCheck.class})
public final class ReadingHealth implements DeliveryListener, HealthCheck {
    private volatile @Nullable String ended;

    @Override
    public HealthCheckResponse call() {
        String reason = ended;
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("reading").status(reason == null);
        if (reason != null) {
            response.withData("reason", reason);
        }
        return response.build();
    }

    @Override
    public void readingEnded(int attempt, Duration pause, String reason) {
        ended = "attempt " + attempt + " failed: " + reason;
    }

    @Override
    public void readingFenced(String reason) {
        ended = null;
    }

    @Override
    public void readingBegun() {
        ended = null;
    }
}
