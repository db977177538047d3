package dev.duet.devstack;

import dev.duet.devstack.demo.Demo;
import dev.duet.devstack.run.Addresses;
import dev.duet.devstack.run.Gauges;
import dev.duet.devstack.run.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Everything on this machine: the stack, the service and the demo, with figures that show that changes arrive.
///
/// | ends by | exit code |
/// |---|---|
/// | SIGINT, SIGTERM, `--seconds`, the end of make or of `--parent-pid` | 0 |
/// | a part or the service that fails | 1 |
@Command(
        name = "run",
        description = "Start the stack, the service and a demo; stop it all with SIGINT or SIGTERM.",
        showDefaultValues = true)
final class Run implements Callable<Integer> {

    private static final int USUAL_HTTP_PORT = 8080;
    private static final int PARTITIONS = 4;
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    @Spec
    private CommandSpec spec;

    @Option(names = "--service", paramLabel = "JAR", description = "the service's runnable jar")
    private Path jar = Path.of("target", "quarkus-app", "quarkus-run.jar");

    @Option(names = "--data", paramLabel = "DIR", description = "folder of all data; kept between runs")
    private Path data = Path.of("target", "run");

    @Option(names = "--fresh", description = "delete the data of earlier runs first")
    private boolean fresh;

    @Option(names = "--avro", description = "events in Avro, with a schema registry")
    private boolean avro;

    @Option(names = "--deliveries", description = "an event in funds.deliveries for each delivered batch")
    private boolean deliveries;

    @Option(names = "--rate", paramLabel = "N", description = "changes a second; 0: no demo")
    private double rate = 20;

    @Option(names = "--every", paramLabel = "SECONDS", description = "between two lines of figures")
    private int every = 3;

    @Option(names = "--seconds", paramLabel = "N", description = "stop so long after all is ready; 0: run on")
    private long seconds;

    @Option(names = "--http-port", paramLabel = "PORT", description = "of the service; 0: 8080, or a free one")
    private int httpPort;

    @Option(names = "--service-option", paramLabel = "KEY=VALUE", description = "a setting of the service")
    private Map<String, String> serviceOptions = new LinkedHashMap<>();

    @Option(names = "--parent-pid", paramLabel = "PID", description = "stop when this process ends")
    private Long parentPid;

    private final Progress progress = new Progress(System.out);
    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object lifecycle = new Object();
    private Service service;
    private Demo demo;
    private Thread demoThread;
    private volatile int exitCode;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!(rate >= 0) || every < 1 || seconds < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--rate and --seconds can't be negative, --every is 1 or more");
        }
        if (!Files.isRegularFile(jar)) {
            throw new StackFailure("there is no service " + jar.toAbsolutePath() + "; build it with: make build");
        }
        watchParent();
        DataFolder folder = DataFolder.open(data);
        Logs.sendTo(folder.logs(), Logs.NOTHING_ON_CONSOLE);
        clean(folder);
        StatusFile statusFile = new StatusFile(folder.root().resolve("status.json"));
        statusFile.remove(); // one that a killed run left would tell wrong addresses
        Stack stack = new Stack(
                folder,
                new Stack.Options(
                        avro ? EnumSet.allOf(PartName.class) : PartName.usual(),
                        Map.of(),
                        null,
                        null,
                        new ConnectWorker.Group("connect", true),
                        PARTITIONS,
                        true,
                        Map.of()),
                progress);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stack, statusFile, folder), "devstack-stop"));
        try {
            Status status = stack.start();
            statusFile.write(status);
            if (deliveries) {
                tellDeliveries(status);
            }
            startService(status, folder);
            show(status, folder.root());
            return exitCode;
        } catch (StackFailure | IOException e) {
            if (isStopping()) { // it failed because its ground was taken away
                return 0;
            }
            exitCode = 1;
            throw StackFailure.of("run failed", e);
        }
    }

    /// What killed runs left, and with `--fresh` all data.
    private void clean(DataFolder folder) throws IOException, InterruptedException {
        Service.stopLeftover(folder.root())
                .ifPresent(pid -> progress.line("duet: stopped the one that a killed run left, process " + pid));
        if (httpPort != 0 && !Ports.isFree(httpPort)) { // said now, not after the stack's start
            throw new StackFailure("port " + httpPort + " for duet is taken; choose another or stop its owner");
        }
        if (fresh) {
            new PostgresServer(folder, progress).stopLeftover();
            folder.clear();
        }
    }

    private void tellDeliveries(Status status) throws IOException, InterruptedException {
        progress.line(PartName.CONNECT, "registering connector " + Connector.DELIVERIES);
        int port = status.postgres().port();
        Connector connector = new Connector(status.connect().url(), Connector.DELIVERIES, this::isStopping);
        Map<String, String> configuration = Connector.deliveries(port);
        try {
            DemoDatabase database = new DemoDatabase(port);
            database.prepareOutbox();
            connector.register(configuration);
            connector.awaitStreaming(database, configuration);
        } catch (SQLException e) {
            throw StackFailure.of("duet.outbox not prepared", e);
        }
        serviceOptions.putIfAbsent("duet.deliveries.enabled", "true");
    }

    private void startService(Status status, DataFolder folder) throws IOException, InterruptedException {
        synchronized (lifecycle) {
            if (isStopping()) {
                throw new StackFailure("stopped while starting");
            }
            progress.line("duet: starting");
            var launch =
                    new Service.Launch(jar.toAbsolutePath(), folder.root(), chooseHttpPort(folder), serviceOptions);
            service = Service.start(launch, status);
            service.onExit(end::countDown);
        }
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (service.isAlive() && !service.isReady() && !isStopping()) {
            if (System.nanoTime() > deadline) {
                service.log().ending().forEach(System.out::println);
                throw new StackFailure("duet is not ready after " + READY_LIMIT.toSeconds() + " s, see " + service.url()
                        + "/q/health and " + service.logFile());
            }
            end.await(100, TimeUnit.MILLISECONDS);
        }
        if (service.isAlive()) {
            progress.line("duet: ready, " + service.url());
        }
    }

    private int chooseHttpPort(DataFolder folder) throws IOException {
        if (httpPort == 0 && Ports.isFree(USUAL_HTTP_PORT)) {
            return USUAL_HTTP_PORT;
        }
        Ports ports = Ports.read(folder.ports());
        int port = ports.choose("duet", httpPort);
        ports.write();
        return port;
    }

    private void startDemo(Status status) {
        synchronized (lifecycle) {
            demo = new Demo(status.postgres(), new Demo.Options(rate, System.nanoTime(), 0, null, null));
            if (rate > 0 && !isStopping()) {
                demoThread = new Thread(this::runDemo, "demo");
                demoThread.setDaemon(true);
                demoThread.start();
            }
        }
    }

    private void runDemo() {
        try {
            demo.run();
        } catch (StackFailure e) {
            if (!isStopping()) {
                System.out.println(e.getMessage() + "; it has ended, all else goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Figures until the end.
    private void show(Status status, Path folder) throws InterruptedException {
        long start = System.nanoTime();
        if (end.getCount() > 0) {
            startDemo(status);
            System.out.println(Addresses.text(status, service, folder, rate));
            try (Gauges gauges = new Gauges(status, service, demo::changes)) {
                while (!end.await(untilNextLine(start), TimeUnit.NANOSECONDS) && !isOver(start)) {
                    System.out.println(gauges.line());
                    tellErrors();
                }
            }
        }
        // Ctrl-C reaches the service as well as us: then it is us who stop.
        if (!service.isAlive() && !stopping.await(1, TimeUnit.SECONDS)) {
            exitCode = 1;
            tellEnd();
        }
    }

    private void tellErrors() {
        String time = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).format(LocalTime.now());
        service.log().newErrors().forEach(error -> System.out.println(time + "  duet ERROR " + error));
    }

    private void tellEnd() {
        System.out.println();
        System.out.println("duet ended by itself with exit code " + service.exitCode() + ":");
        service.log().ending().forEach(line -> System.out.println("  " + line));
        System.out.println("  (all of it: " + service.logFile() + ")");
    }

    /// Lines keep their beat, however long the figures take.
    private long untilNextLine(long start) {
        long beat = TimeUnit.SECONDS.toNanos(every);
        long next = beat - (System.nanoTime() - start) % beat;
        long left = seconds == 0 ? next : TimeUnit.SECONDS.toNanos(seconds) - (System.nanoTime() - start);
        return Math.min(next, Math.max(left, 0));
    }

    private boolean isOver(long start) {
        return seconds > 0 && System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(seconds);
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /// The one way to stop; the hook of the JVM. Each step leaves the next one its ground: the demo writes into the
    /// source, the service reads what it wrote, the stack carries both.
    private void stop(Stack stack, StatusFile status, DataFolder folder) {
        stopping.countDown();
        end.countDown();
        System.out.println();
        progress.line("stopping");
        try {
            status.remove();
            synchronized (lifecycle) {
                endDemo();
                if (service != null) {
                    service.stop();
                }
            }
        } catch (IOException | StackFailure e) {
            System.err.println("devstack: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stack.stop();
        folder.close();
        progress.line("stopped");
        System.out.flush();
        // A signal would leave 130 or 143, and make would call it an error.
        Runtime.getRuntime().halt(exitCode);
    }

    private void endDemo() throws InterruptedException {
        if (demoThread != null) {
            demo.end();
            demoThread.join(Duration.ofSeconds(3));
        }
    }

    /// make waits for us at a signal, but not when it is killed. Other parents may end, as a shell with nohup does.
    private void watchParent() {
        if (parentPid != null) {
            ProcessHandle.of(parentPid)
                    .orElseThrow(() -> new StackFailure("--parent-pid: there is no process " + parentPid))
                    .onExit()
                    .thenRun(end::countDown);
        }
        ProcessHandle.current()
                .parent()
                .filter(parent -> parent.info().command().orElse("").matches(".*/g?make"))
                .ifPresent(parent -> parent.onExit().thenRun(end::countDown));
    }
}
