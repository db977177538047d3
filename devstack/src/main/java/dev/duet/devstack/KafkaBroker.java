package dev.duet.devstack;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// One KRaft node, broker and controller in one.
final class KafkaBroker implements Part {

    private static final String NODE = "1";

    private final Path data;
    private final int port;
    private final int controllerPort;
    private final Tls tls;
    private KafkaRaftServer server;

    /// A further listener, for clients with TLS.
    /// @param pem its private key and certificate
    record Tls(int port, Path pem) {}

    /// @param tls null: without
    KafkaBroker(Path data, int port, int controllerPort, Tls tls) {
        this.data = data;
        this.port = port;
        this.controllerPort = controllerPort;
        this.tls = tls;
    }

    String bootstrapServers() {
        return Ports.HOST + ":" + port;
    }

    /// Null without such a listener.
    String tlsBootstrapServers() {
        return tls == null ? null : Ports.HOST + ":" + tls.port();
    }

    @Override
    public String start() throws Exception {
        if (Files.notExists(data.resolve("meta.properties"))) {
            DataFolder.deleteTree(data); // a format that was cut short
            format();
        }
        server = new KafkaRaftServer(new KafkaConfig(configuration(), false), Time.SYSTEM);
        server.startup();
        return bootstrapServers();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
        }
    }

    private void format() throws Exception {
        Files.createDirectories(data);
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(Integer.parseInt(NODE))
                .addDirectory(data.toString())
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                .run();
    }

    private Properties configuration() {
        String controller = Ports.HOST + ":" + controllerPort;
        String listener = "PLAINTEXT://" + bootstrapServers();
        if (tls != null) {
            listener += ",TLS://" + tlsBootstrapServers();
        }
        Properties configuration = new Properties();
        configuration.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                NODE,
                "log.dirs",
                data.toString(),
                "controller.quorum.voters",
                NODE + "@" + controller,
                "listeners",
                listener + ",CONTROLLER://" + controller,
                "advertised.listeners",
                listener,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL",
                "controller.listener.names",
                "CONTROLLER",
                "inter.broker.listener.name",
                "PLAINTEXT",
                // Only Connect creates topics, with its own settings; a misspelt topic is an error.
                "auto.create.topics.enable",
                "false"));
        configuration.putAll(Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "2",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "share.coordinator.state.topic.num.partitions", "1"));
        configuration.putAll(Map.of(
                // The default lets every start of a consumer group wait 3 s.
                "group.initial.rebalance.delay.ms", "0",
                // The default of 6 s would make each death of a group's member that a test causes last as long.
                "group.min.session.timeout.ms", "1000",
                // After a kill the broker waits for its own dead session, by default 9 s.
                "broker.session.timeout.ms", "5000",
                "broker.heartbeat.interval.ms", "1000",
                // The default takes 128 MB.
                "log.cleaner.dedupe.buffer.size", "2097152",
                "num.network.threads", "2",
                "num.io.threads", "4"));
        if (tls != null) {
            configuration.put("listener.name.tls.ssl.keystore.type", "PEM");
            configuration.put(
                    "listener.name.tls.ssl.keystore.location", tls.pem().toString());
        }
        return configuration;
    }
}
