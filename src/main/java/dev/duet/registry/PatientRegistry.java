package dev.duet.registry;

import dev.duet.delivery.Backoff;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.RetriableException;
import dev.duet.envelope.SchemaId;
import dev.duet.envelope.UnusableSchemaException;
import dev.duet.envelope.WriterSchemas;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the registry until it answers: while it is down nothing can be read, so nothing is taken, acknowledged or dead-lettered, and
 * readiness says why. Ended by an interrupt alone, when the service stops.
 */
public final class PatientRegistry implements WriterSchemas {
    private static final Logger LOG = Logger.getLogger("dev.duet");

    private final Registry registry;
    private final Backoff backoff;
    private final DeliveryListener listener;

    private PatientRegistry(Registry registry, Backoff backoff, DeliveryListener listener) {
        this.registry = registry;
        this.backoff = backoff;
        this.listener = listener;
    }

    /**
     * @param tls null: the JDK's trusted certificates
     * @throws IllegalArgumentException if an address can't be used, with a sentence that names the key
     */
    public static WriterSchemas of(
            RegistryConfig config, @Nullable SSLContext tls, Backoff backoff, DeliveryListener listener) {
        if (config.url().isEmpty()) {
            return NONE;
        }
        Registry registry =
                new Registry(new RegistryHttp(config, tls), RegistryAddress.of(config), config.apicurioId());
        return new PatientRegistry(registry, backoff, listener);
    }

    @Override
    public Answer find(SchemaId id) throws UnusableSchemaException {
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer = registry.find(id);
                answered(attempt);
                return answer;
            } catch (UnusableSchemaException e) {
                answered(attempt);
                throw e;
            } catch (RetriableException e) {
                pause(attempt, e);
            } catch (InterruptedException e) {
                throw stopping();
            }
        }
    }

    @Override
    public void nullsMayBeDefaults(String topic, SchemaId id, List<String> columns) {
        LOG.warnf(
                "event=nulls-may-be-defaults topic=%s schema=\"%s\" columns=%s reason=\"they can be null and have a default, which the Avro"
                        + " converter may write in place of null; see docs/avro.md\"",
                topic, id, columns);
    }

    private void answered(int attempt) {
        if (attempt > 1) {
            listener.registryBack();
        }
    }

    private void pause(int attempt, RetriableException reason) {
        Duration pause = backoff.pause(attempt);
        listener.registryLost(attempt, pause, String.valueOf(reason.getMessage()));
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            throw stopping();
        }
    }

    private static CancellationException stopping() {
        Thread.currentThread().interrupt();
        return new CancellationException("the service stops");
    }
}
