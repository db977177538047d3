package dev.duet;

import dev.duet.connect.ConnectorWatch;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.Sink;
import dev.duet.delta.DeltaSink;
import dev.duet.envelope.WriterSchemas;
import dev.duet.intake.ChangeConsumer;
import dev.duet.intake.KafkaUpstream;
import dev.duet.postgres.PostgresSink;
import dev.duet.status.Board;
import dev.duet.web.Access;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Start: refuse what can't work, with one sentence. Stop: finish what is being written, within a limit. */
@Singleton
final class Lifecycle {
    /** Before the messaging framework subscribes. */
    private static final int EARLY = 1;

    private static final Logger LOG = Logger.getLogger("dev.duet");
    private static final long PROBE_SECONDS = 30;

    void start(
            @Observes @Priority(EARLY) StartupEvent event,
            Settings settings,
            Provider<PostgresSink> postgres,
            Provider<DeltaSink> delta,
            Provider<ConfiguredTables> tables,
            Provider<WriterSchemas> registry,
            Provider<KafkaUpstream> upstream,
            Provider<Board> board,
            Provider<Access> access,
            Provider<ConnectorWatch> connector,
            @Identifier("duet") Provider<ScheduledExecutorService> timer)
            throws InterruptedException {
        settings.check();
        if (Application.isCommand()) {
            return;
        }
        try {
            access.get().check();
            var unused = tables.get();
            var unasked = registry.get();
            for (Sink sink : List.of(postgres.get(), delta.get())) {
                probe(sink);
            }
            connector.get().start();
            upstream.get().start();
            var sampling = timer.get().scheduleAtFixedRate(board.get()::sample, 1, 1, TimeUnit.SECONDS);
        } catch (IllegalArgumentException e) {
            throw Settings.refusal(String.valueOf(e.getMessage()));
        }
    }

    /** A sink that can't be reached is waited for, since things start in any order; one that refuses us ends the start. */
    private static void probe(Sink sink) throws InterruptedException {
        try {
            var unused = sink.open(List.of()).toCompletableFuture().get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof RetriableException)) {
                throw Settings.refusal(
                        String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
            }
            LOG.warnf(
                    "sink=%s event=waiting reason=\"%s\"",
                    sink.name(), e.getCause().getMessage());
        } catch (TimeoutException e) {
            LOG.warnf("sink=%s event=waiting reason=\"no answer within %d s\"", sink.name(), PROBE_SECONDS);
        }
    }

    /**
     * Reading ends, what is queued is written without waiting for company, and positions and offsets are stored. What takes longer
     * than the limit is given up: the sinks' positions tell the next start where to go on.
     */
    void stop(
            @Observes @Priority(EARLY) ShutdownEvent event,
            Provider<ChangeConsumer> consumer,
            Provider<Delivery> delivery,
            Provider<KafkaUpstream> upstream,
            Provider<Wiring.Retries> retries,
            DuetConfig config)
            throws InterruptedException {
        if (Application.isCommand()) {
            return;
        }
        retries.get().giveUp();
        consumer.get().stop();
        try {
            delivery.get().drain().toCompletableFuture().get(config.stopLimit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.infof(
                    "event=stop-limit-reached reason=\"what was not written within %s is read again\"",
                    config.stopLimit());
        } catch (ExecutionException e) {
            LOG.warnf("event=stop reason=\"%s\"", e.getCause());
        }
        upstream.get().stop();
    }
}
