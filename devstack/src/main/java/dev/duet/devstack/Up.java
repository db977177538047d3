package dev.duet.devstack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Starts the stack and runs until it is told to stop.
@Command(name = "up", description = "Start the stack; stop it with SIGINT or SIGTERM.", showDefaultValues = true)
final class Up implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "folder of all data; kept between starts")
    private Path data = Path.of("target", "devstack");

    @Option(names = "--status-file", paramLabel = "FILE", description = "written when ready (default: DIR/status.json)")
    private Path statusFile;

    @Option(
            names = "--parts",
            paramLabel = "PART",
            split = ",",
            description = "parts to start: ${COMPLETION-CANDIDATES}")
    private List<PartName> parts = List.copyOf(PartName.usual());

    @Option(names = "--postgres-port", paramLabel = "PORT", description = "0: the last one, or a free one")
    private int postgresPort;

    @Option(names = "--kafka-port", paramLabel = "PORT", description = "0: the last one, or a free one")
    private int kafkaPort;

    @Option(names = "--connect-port", paramLabel = "PORT", description = "0: the last one, or a free one")
    private int connectPort;

    @Option(names = "--s3-port", paramLabel = "PORT", description = "0: the last one, or a free one")
    private int s3Port;

    @Option(names = "--registry-port", paramLabel = "PORT", description = "0: the last one, or a free one")
    private int registryPort;

    @Option(names = "--partitions", paramLabel = "N", description = "of the topics that the connector creates")
    private int partitions = 4;

    @Option(names = "--connector", arity = "1", paramLabel = "BOOL", description = "register the connector")
    private boolean connector = true;

    @Option(names = "--connector-config", paramLabel = "KEY=VALUE", description = "put on top; may be repeated")
    private Map<String, String> connectorConfig = new LinkedHashMap<>();

    @Option(
            names = "--kafka-tls",
            paramLabel = "FILE",
            description = "key and certificate (PEM): the broker listens with TLS too")
    private Path kafkaTls;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "a running broker for the worker, which then registers no connector")
    private String kafka;

    @Option(names = "--connect-group", paramLabel = "NAME", description = "of the worker and its topics")
    private String connectGroup = "connect";

    @Option(names = "--exactly-once", arity = "1", paramLabel = "BOOL", description = "the worker's source support")
    private boolean exactlyOnce = true;

    @Option(names = "--parent-pid", paramLabel = "PID", description = "stop when this process ends")
    private Long parentPid;

    private final CountDownLatch end = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException, InterruptedException {
        Set<PartName> chosen = EnumSet.copyOf(parts);
        if (chosen.contains(PartName.CONNECT)
                && kafka == null
                && !chosen.containsAll(Set.of(PartName.KAFKA, PartName.POSTGRES))) {
            throw new ParameterException(spec.commandLine(), "part connect needs kafka and postgres, or --kafka");
        }
        watchParent();
        Progress progress = new Progress(System.out);
        DataFolder folder = DataFolder.open(data);
        Logs.sendTo(folder.logs(), Logs.ERRORS_ON_CONSOLE);
        StatusFile status = new StatusFile(statusFile == null ? folder.root().resolve("status.json") : statusFile);
        status.remove(); // one that a killed stack left would tell wrong addresses

        Stack stack = new Stack(folder, options(chosen), progress);
        // The one way to stop: signals, an ended parent and a failed start all come through here.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stack, status, folder), "devstack-stop"));
        Status started = stack.start();
        status.write(started);
        progress.ready(stack.addresses());
        end.await();
        return 0;
    }

    private static void stop(Stack stack, StatusFile status, DataFolder folder) {
        long start = System.nanoTime();
        try {
            status.remove();
        } catch (IOException e) {
            System.err.println("devstack: status file not removed: " + e.getMessage());
        }
        stack.stop();
        folder.close();
        System.out.printf("devstack stopped in %.1f s%n", (System.nanoTime() - start) / 1e9);
    }

    private Stack.Options options(Set<PartName> chosen) {
        return new Stack.Options(
                chosen,
                ports(),
                kafkaTls,
                kafka,
                new ConnectWorker.Group(connectGroup, exactlyOnce),
                partitions,
                connector && kafka == null,
                connectorConfig);
    }

    private Map<PartName, Integer> ports() {
        return new EnumMap<>(Map.of(
                PartName.POSTGRES, postgresPort,
                PartName.KAFKA, kafkaPort,
                PartName.CONNECT, connectPort,
                PartName.S3, s3Port,
                PartName.REGISTRY, registryPort));
    }

    private void watchParent() {
        if (parentPid != null) {
            ProcessHandle.of(parentPid)
                    .orElseThrow(() -> new StackFailure("--parent-pid: there is no process " + parentPid))
                    .onExit()
                    .thenRun(end::countDown);
        }
    }
}
