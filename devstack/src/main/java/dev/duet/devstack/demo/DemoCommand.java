package dev.duet.devstack.demo;

import dev.duet.devstack.StackFailure;
import dev.duet.devstack.Status;
import dev.duet.devstack.StatusFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs the demo application against a stack that is up.
@Command(name = "demo", description = "Change the source tables as an application would.", showDefaultValues = true)
public final class DemoCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--status-file", paramLabel = "FILE", description = "the status file of the stack")
    private Path statusFile = Path.of("target", "devstack", "status.json");

    @Option(names = "--rate", paramLabel = "N", description = "changes a second")
    private double rate = 20;

    @Option(names = "--seed", paramLabel = "N", description = "of the random choices (default: the clock)")
    private Long seed;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "end after so many seconds")
    private Long duration;

    @Option(names = "--changes", paramLabel = "N", description = "end after so many committed changes; 0: never")
    private long changes;

    @Option(names = "--quiet", description = "print the total only")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        if (!(rate > 0) || changes < 0 || duration != null && duration < 0) {
            throw new ParameterException(spec.commandLine(), "--rate must be positive, --changes and --duration too");
        }
        Status.Postgres postgres = new StatusFile(statusFile).read().postgres();
        if (postgres == null) {
            throw new StackFailure("the stack of " + statusFile + " runs without postgres");
        }
        Demo demo = new Demo(
                postgres,
                new Demo.Options(
                        rate,
                        seed == null ? System.nanoTime() : seed,
                        changes,
                        duration == null ? null : Duration.ofSeconds(duration),
                        quiet ? null : System.out));
        CountDownLatch finished = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endAtSignal(demo, finished), "demo-end"));
        try {
            demo.run();
            System.out.println("demo: total " + demo.total());
        } finally {
            finished.countDown();
        }
        return 0;
    }

    /// Lets the current transaction end and the total be printed; gives up when the database does not answer.
    private static void endAtSignal(Demo demo, CountDownLatch finished) {
        demo.end();
        try {
            finished.await(3, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
