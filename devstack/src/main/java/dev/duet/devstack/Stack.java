package dev.duet.devstack;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the parts and stops them. [#stop()] may come from another thread at any time: it waits until the start has
/// come to an end, which it shortens, so that no part is left half started.
final class Stack {

    /// @param ports wanted ports by part; 0 or absent: any
    /// @param kafkaTls key and certificate of the broker's listener with TLS; null: without
    /// @param kafka address of a broker that runs already, for the worker; null: the stack's own
    record Options(
            Set<PartName> parts,
            Map<PartName, Integer> ports,
            Path kafkaTls,
            String kafka,
            ConnectWorker.Group group,
            int partitions,
            boolean connector,
            Map<String, String> connectorConfig) {}

    // Connect first, it uses the others; PostgreSQL last, its clients are gone then.
    private static final List<PartName> STOP_ORDER =
            List.of(PartName.CONNECT, PartName.REGISTRY, PartName.KAFKA, PartName.S3, PartName.POSTGRES);
    private static final long STOP_LIMIT_SECONDS = 45;

    private final DataFolder folder;
    private final Options options;
    private final Progress progress;
    private final Logger log = LoggerFactory.getLogger(Stack.class);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Object lifecycle = new Object();
    private final Map<PartName, Part> begun = Collections.synchronizedMap(new EnumMap<>(PartName.class));
    private final Map<PartName, String> addresses = Collections.synchronizedMap(new EnumMap<>(PartName.class));
    private volatile boolean stopping;

    Stack(DataFolder folder, Options options, Progress progress) {
        this.folder = folder;
        this.options = options;
        this.progress = progress;
    }

    /// Returns when every part is ready; the parts of a failed start are left for [#stop()].
    Status start() throws IOException, InterruptedException {
        synchronized (lifecycle) {
            PostgresServer postgres = new PostgresServer(folder, progress);
            if (options.parts().contains(PartName.POSTGRES)) {
                postgres.stopLeftover();
            }
            if (options.parts().contains(PartName.REGISTRY)) {
                SchemaRegistry.stopLeftover(folder.registry(), progress);
            }
            Ports ports = Ports.read(folder.ports());
            Map<PartName, Integer> port = new EnumMap<>(PartName.class);
            for (PartName part : options.parts()) {
                port.put(part, ports.choose(part.toString(), options.ports().getOrDefault(part, 0)));
            }
            int controllerPort = options.parts().contains(PartName.KAFKA) ? ports.choose("kafka-controller", 0) : 0;
            int managementPort =
                    options.parts().contains(PartName.REGISTRY) ? ports.choose("registry-management", 0) : 0;
            KafkaBroker.Tls tls = options.kafkaTls() == null
                    ? null
                    : new KafkaBroker.Tls(ports.choose("kafka-tls", 0), options.kafkaTls());
            ports.write();

            int postgresPort = port.getOrDefault(PartName.POSTGRES, 0);
            postgres.port(postgresPort);
            KafkaBroker kafka =
                    new KafkaBroker(folder.kafka(), port.getOrDefault(PartName.KAFKA, 0), controllerPort, tls);
            ConnectWorker connect = new ConnectWorker(
                    options.kafka() == null ? kafka.bootstrapServers() : options.kafka(),
                    port.getOrDefault(PartName.CONNECT, 0),
                    options.group());
            S3Server s3 = new S3Server(folder.s3(), port.getOrDefault(PartName.S3, 0));
            SchemaRegistry registry =
                    new SchemaRegistry(folder, port.getOrDefault(PartName.REGISTRY, 0), managementPort, progress);
            startParts(postgres, postgresPort, kafka, connect, s3, registry);
            if (options.parts().contains(PartName.CONNECT) && options.connector()) {
                registerConnector(connect, postgresPort, registry);
            }
            return status(postgresPort, kafka, connect, s3, registry);
        }
    }

    private void startParts(
            PostgresServer postgres, int postgresPort, KafkaBroker kafka, Part connect, Part s3, Part registry) {
        CompletableFuture<Void> database =
                begin(PartName.POSTGRES, postgres).thenRunAsync(() -> prepareDatabase(postgresPort), threads);
        CompletableFuture<Void> storage = begin(PartName.S3, s3);
        CompletableFuture<Void> schemas = begin(PartName.REGISTRY, registry);
        CompletableFuture<Void> worker =
                begin(PartName.KAFKA, kafka).thenCompose(ready -> begin(PartName.CONNECT, connect));
        try {
            CompletableFuture.allOf(database, storage, schemas, worker).join();
        } catch (CompletionException e) {
            if (stopping) { // the JVM then refuses what the parts still try, with words that explain nothing
                throw new StackFailure("stopped while starting");
            }
            log.warn("start failed", e);
            throw StackFailure.of("start failed", e);
        }
    }

    private CompletableFuture<Void> begin(PartName name, Part part) {
        if (!options.parts().contains(name)) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.runAsync(
                () -> {
                    if (stopping) {
                        throw new StackFailure("stopped while starting");
                    }
                    begun.put(name, part);
                    progress.line(name, "starting");
                    try {
                        String address = part.start();
                        addresses.put(name, address);
                        progress.line(name, "ready, " + address);
                    } catch (Exception e) { // Kafka, Connect and s3proxy declare no narrower type
                        throw new CompletionException(StackFailure.of(name + " did not start", e));
                    }
                },
                threads);
    }

    private void prepareDatabase(int postgresPort) {
        if (!options.parts().contains(PartName.POSTGRES)) {
            return;
        }
        try {
            new DemoDatabase(postgresPort).prepare();
        } catch (SQLException | IOException e) {
            throw new CompletionException(StackFailure.of("database " + DemoDatabase.NAME + " not prepared", e));
        }
    }

    /// With a registry it writes Avro.
    private void registerConnector(ConnectWorker connect, int postgresPort, SchemaRegistry registry)
            throws IOException, InterruptedException {
        progress.line(PartName.CONNECT, "registering connector " + Connector.NAME);
        Connector connector = new Connector(connect.url(), Connector.NAME, () -> stopping);
        Map<String, String> overrides = new LinkedHashMap<>();
        if (options.parts().contains(PartName.REGISTRY)) {
            overrides.putAll(Connector.avro(registry.url()));
        }
        overrides.putAll(options.connectorConfig());
        Map<String, String> configuration = Connector.configuration(postgresPort, options.partitions(), overrides);
        connector.register(configuration);
        try {
            connector.awaitStreaming(new DemoDatabase(postgresPort), configuration);
        } catch (SQLException e) {
            throw StackFailure.of("replication slot not seen", e);
        }
        progress.line(PartName.CONNECT, "connector " + Connector.NAME + " streams changes");
    }

    private Status status(
            int postgresPort, KafkaBroker kafka, ConnectWorker connect, S3Server s3, SchemaRegistry registry) {
        Set<PartName> parts = options.parts();
        return new Status(
                ProcessHandle.current().pid(),
                parts.contains(PartName.POSTGRES)
                        ? new Status.Postgres(Ports.HOST, postgresPort, DemoDatabase.NAME, Role.forStatus())
                        : null,
                parts.contains(PartName.KAFKA)
                        ? new Status.Kafka(kafka.bootstrapServers(), kafka.tlsBootstrapServers())
                        : null,
                parts.contains(PartName.CONNECT) ? new Status.Connect(connect.url()) : null,
                parts.contains(PartName.S3) ? s3.status() : null,
                parts.contains(PartName.REGISTRY) ? registry.status() : null);
    }

    String addresses() {
        return addresses.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    void stop() {
        stopping = true;
        synchronized (lifecycle) {
            for (PartName name : STOP_ORDER) {
                Part part = begun.remove(name);
                if (part != null) {
                    stop(name, part);
                }
            }
            threads.shutdown();
        }
    }

    /// A part that fails to stop, or hangs, must not keep the next one from being stopped.
    private void stop(PartName name, Part part) {
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(
                () -> {
                    try {
                        part.stop();
                    } catch (Exception e) { // as in begin
                        throw new CompletionException(e);
                    }
                },
                threads);
        try {
            stopped.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            System.err.println("devstack: " + name + " did not stop within " + STOP_LIMIT_SECONDS + " s");
        } catch (ExecutionException e) {
            System.err.println(
                    "devstack: " + StackFailure.of(name + " did not stop", e).getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
