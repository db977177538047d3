package dev.duet;

import dev.duet.change.TableId;
import dev.duet.delivery.Backoff;
import dev.duet.delivery.DeliveredPositions;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.DeliveryListener;
import dev.duet.delivery.LanePolicy;
import dev.duet.delivery.PartitionCounts;
import dev.duet.delivery.Retry;
import dev.duet.delivery.RetryingSink;
import dev.duet.delivery.Sink;
import dev.duet.delivery.TopicIdentities;
import dev.duet.delta.DeltaChangeLogs;
import dev.duet.delta.DeltaConfig;
import dev.duet.delta.DeltaSink;
import dev.duet.delta.UnchangedForm;
import dev.duet.envelope.DebeziumDecoder;
import dev.duet.envelope.EnvelopeOptions;
import dev.duet.envelope.KnownTables;
import dev.duet.envelope.RecordShapes;
import dev.duet.envelope.WriterSchemas;
import dev.duet.inspect.Mirrors;
import dev.duet.inspect.PositionDesk;
import dev.duet.intake.KafkaUpstream;
import dev.duet.intake.SourceConfig;
import dev.duet.intake.SourceTopics;
import dev.duet.outbox.DeliveriesConfig;
import dev.duet.outbox.Outbox;
import dev.duet.outbox.OutboxDatabase;
import dev.duet.postgres.PostgresSink;
import dev.duet.postgres.TargetDatabase;
import dev.duet.registry.PatientRegistry;
import dev.duet.registry.RegistryConfig;
import dev.duet.status.Board;
import dev.duet.status.DeliveryHealth;
import dev.duet.status.DeliveryLog;
import dev.duet.status.DeliveryMeters;
import dev.duet.status.Listeners;
import dev.duet.status.ReadingHealth;
import dev.duet.trace.Traces;
import dev.duet.transform.RowConditions;
import dev.duet.transform.TransformConfig;
import dev.duet.transform.Transforms;
import io.quarkus.arc.Unremovable;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Who is given whom. */
@Singleton
final class Wiring {
    /** Rows of one SQL transaction at most: larger ones gain nothing and hold locks longer. */
    private static final int POSTGRES_BATCH_ROWS = 10_000;

    private static final long POSTGRES_BATCH_BYTES = 16 << 20;

    @Produces
    @Singleton
    @Identifier("duet")
    ScheduledExecutorService timer() {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("duet-timer").factory());
    }

    @Produces
    @Singleton
    SchemaPolicies schemaPolicies(SchemaChangesConfig config) {
        return new SchemaPolicies(config);
    }

    @Produces
    @Singleton
    PostgresSink postgres(TargetDatabase database, DuetConfig duet, DeltaConfig delta, SchemaPolicies policies) {
        return database.sink(duet.pipeline().orElseThrow(), policies, delta.unchangedColumns() == UnchangedForm.MIRROR);
    }

    @Produces
    @Singleton
    DeltaSink delta(DuetConfig duet, DeltaConfig config, SchemaPolicies policies) {
        return new DeltaSink(duet.pipeline().orElseThrow(), config, policies);
    }

    @Produces
    @Singleton
    @Typed(Board.class)
    Board board(DeltaSink delta) {
        return new Board(Clock.systemUTC(), delta::versions);
    }

    @Produces
    @Singleton
    DeliveryListener listener(
            DeliveryMeters meters,
            DeliveryHealth health,
            ReadingHealth reading,
            DeliveryLog log,
            Board board,
            DeliveriesConfig deliveries,
            Outbox outbox,
            Traces traces,
            DeltaSink delta,
            DuetConfig duet) {
        List<DeliveryListener> all = new ArrayList<>(List.of(meters, health, reading, log, board));
        if (deliveries.enabled()) {
            all.add(outbox.listener());
        }
        all.addAll(traces.listeners(duet.pipeline().orElseThrow(), table -> version(delta, table)));
        return new Listeners(List.copyOf(all));
    }

    private static OptionalLong version(DeltaSink delta, TableId table) {
        Long version = delta.versions().get(table);
        return version == null ? OptionalLong.empty() : OptionalLong.of(version);
    }

    @Produces
    @Singleton
    Outbox outbox(OutboxDatabase database, PostgresSink postgres, DeltaSink delta, DuetConfig duet) {
        return database.outbox(duet.pipeline().orElseThrow(), postgres, table -> version(delta, table));
    }

    @Produces
    @Singleton
    Retries retries(DuetConfig duet, DeliveryListener listener, @Identifier("duet") ScheduledExecutorService timer) {
        Backoff backoff = new Backoff(duet.retryPause(), duet.retryPauseLimit());
        return new Retries(
                new Retry("postgres", backoff, timer, listener),
                new Retry("delta", backoff, timer, listener),
                new Retry("outbox", backoff, timer, listener));
    }

    @Produces
    @Singleton
    PartitionCounts partitionCounts(TargetDatabase database, Retries retries, DuetConfig duet) {
        return PartitionCounts.retrying(database.partitionCounts(duet.pipeline().orElseThrow()), retries.postgres());
    }

    @Produces
    @Singleton
    TopicIdentities topicIdentities(TargetDatabase database, Retries retries, DuetConfig duet) {
        return TopicIdentities.retrying(database.topics(duet.pipeline().orElseThrow()), retries.postgres());
    }

    @Produces
    @Singleton
    Delivery delivery(
            PostgresSink postgres,
            DeltaSink delta,
            Retries retries,
            DuetConfig duet,
            DeltaConfig deltaConfig,
            DeliveriesConfig deliveries,
            Outbox outbox,
            KafkaUpstream upstream,
            DeliveryListener listener,
            @Identifier("duet") ScheduledExecutorService timer) {
        LanePolicy atOnce = new LanePolicy(Duration.ZERO, POSTGRES_BATCH_ROWS, POSTGRES_BATCH_BYTES);
        LanePolicy gathering = new LanePolicy(
                deltaConfig.commitInterval(),
                deltaConfig.maxBatchRows(),
                deltaConfig.maxBatchBytes().asLongValue());
        return new Delivery(
                List.of(
                        new Delivery.LaneSettings(
                                new RetryingSink(postgres, retries.postgres()), atOnce, writer(postgres)),
                        new Delivery.LaneSettings(new RetryingSink(delta, retries.delta()), gathering, writer(delta))),
                deltaConfig.unchangedColumns() == UnchangedForm.MIRROR
                        ? Delivery.Lanes.IN_TURN
                        : Delivery.Lanes.SIDE_BY_SIDE,
                deliveries.enabled() ? DeliveredPositions.retrying(outbox, retries.outbox()) : postgres,
                upstream,
                listener,
                timer,
                duet.maxBufferedBytes().asLongValue());
    }

    @Produces
    @Singleton
    @Unremovable
    DeltaChangeLogs changeLogs(DuetConfig duet, DeltaConfig config) {
        return new DeltaChangeLogs(duet.pipeline().orElseThrow(), config, new RowConditions());
    }

    @Produces
    @Singleton
    @Unremovable
    Mirrors mirrors(TargetDatabase database, DuetConfig duet) {
        return database.mirrors(duet.pipeline().orElseThrow());
    }

    @Produces
    @Singleton
    @Unremovable
    PositionDesk positionDesk(TargetDatabase database, DuetConfig duet) {
        return database.positionDesk(duet.pipeline().orElseThrow());
    }

    @Produces
    DebeziumDecoder decoder(SourceConfig source, KnownTables tables, Transforms transforms, WriterSchemas registry) {
        Predicate<String> flattened = source.flattenedTopics()
                .map(topics -> Pattern.compile(SourceTopics.pattern("duet.source.flattened-topics", topics))
                        .asMatchPredicate())
                .orElse(topic -> false);
        return new DebeziumDecoder(options(source), tables, new RecordShapes(flattened, transforms::lifted), registry);
    }

    @Produces
    @Singleton
    WriterSchemas registry(
            RegistryConfig config, TlsConfigurationRegistry tls, DuetConfig duet, DeliveryListener listener) {
        SSLContext trusted = config.tlsConfigurationName()
                .map(name -> trusted(tls.get(name), name))
                .orElse(null);
        return PatientRegistry.of(config, trusted, new Backoff(duet.retryPause(), duet.retryPauseLimit()), listener);
    }

    private static SSLContext trusted(Optional<TlsConfiguration> tls, String name) {
        try {
            return tls.orElseThrow(() -> new IllegalArgumentException("duet.source.registry.tls-configuration-name is '"
                            + name + "', but there is no quarkus.tls." + name + ": set for example quarkus.tls." + name
                            + ".trust-store.pem.certs"))
                    .createSSLContext();
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (Exception e) { // what createSSLContext declares
            throw new IllegalArgumentException("quarkus.tls." + name + " can't be used: " + e.getMessage(), e);
        }
    }

    @Produces
    @Singleton
    @Unremovable
    Transforms transforms(TransformConfig config) {
        return Transforms.of(config);
    }

    @Produces
    @Singleton
    ConfiguredTables knownTables(SourceConfig source, TargetDatabase database, Transforms transforms) {
        return new ConfiguredTables(source.columns(), database.tables(), transforms::reshapes);
    }

    private static Executor writer(Sink sink) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("duet-lane-" + sink.name()).factory());
    }

    private static EnvelopeOptions options(SourceConfig source) {
        return new EnvelopeOptions(
                source.decimalHandlingMode(),
                source.timePrecisionMode(),
                source.binaryHandlingMode(),
                source.unavailableValuePlaceholder(),
                source.heartbeatTopicsPrefix(),
                source.unknownTypes(),
                source.ambiguousNulls());
    }

    /** Each sink's retries, so that a stop can end them. */
    record Retries(Retry postgres, Retry delta, Retry outbox) {
        void giveUp() {
            postgres.giveUp();
            delta.giveUp();
            outbox.giveUp();
        }
    }
}
