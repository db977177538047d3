package dev.duet.devstack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.connect.cli.ConnectDistributed;
import org.apache.kafka.connect.runtime.Connect;

/// A distributed Connect worker with its REST interface, with exactly-once source support unless told otherwise.
final class ConnectWorker implements Part {

    private static final String JSON = "org.apache.kafka.connect.json.JsonConverter";

    private final String bootstrapServers;
    private final String url;
    private final Group group;
    private Connect<?> connect;

    /// @param name of the group; its topics begin with it. Workers of one name continue each other's connectors
    record Group(String name, boolean exactlyOnce) {}

    ConnectWorker(String bootstrapServers, int port, Group group) {
        this.bootstrapServers = bootstrapServers;
        this.group = group;
        this.url = "http://" + Ports.HOST + ":" + port;
    }

    String url() {
        return url;
    }

    @Override
    public String start() {
        // Connect ends the process when its start fails; here the other parts have to be stopped first.
        Exit.setExitProcedure((code, message) -> {
            throw new StackFailure("connect did not start, see logs/devstack.log in the data folder");
        });
        // Its own shutdown hook would run beside ours: the broker would go while the worker still writes to it.
        Exit.setShutdownHookAdder((name, hook) -> {});
        try {
            connect = new ConnectDistributed().startConnect(configuration());
        } finally {
            Exit.resetExitProcedure();
            Exit.resetShutdownHookAdder();
        }
        return url;
    }

    @Override
    public void stop() {
        if (connect != null) {
            connect.stop();
            connect.awaitStop();
        }
    }

    private Map<String, String> configuration() {
        Map<String, String> worker = new HashMap<>(Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "listeners",
                url,
                "group.id",
                "devstack-" + group.name(),
                "config.storage.topic",
                group.name() + "-configs",
                "config.storage.replication.factor",
                "1",
                "offset.storage.topic",
                group.name() + "-offsets",
                "offset.storage.replication.factor",
                "1",
                "status.storage.topic",
                group.name() + "-status",
                "status.storage.replication.factor",
                "1",
                "exactly.once.source.support",
                group.exactlyOnce() ? "enabled" : "disabled"));
        worker.putAll(Map.of(
                "offset.storage.partitions", "1",
                "status.storage.partitions", "1",
                "scheduled.rebalance.max.delay.ms", "0",
                // After a kill the worker waits for its dead predecessor's session, by default 10 s.
                "session.timeout.ms", "6000",
                "heartbeat.interval.ms", "1500",
                // Plugins come from the class path, and all that are needed name themselves to ServiceLoader.
                "plugin.discovery", "service_load",
                "key.converter", JSON,
                "value.converter", JSON));
        // Jars that don't go with those of Connect; like the class path's, they name their plugins to ServiceLoader.
        Path converters = Built.folder("converter");
        if (Files.isDirectory(converters)) {
            worker.put("plugin.path", converters.toString());
        }
        return worker;
    }
}
