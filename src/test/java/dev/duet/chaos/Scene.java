package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import dev.duet.chaos.Table.Expected;
import java.io.PrintStream;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One table with a backlog and its instances: an instance dies at a step, another takes over, all is delivered. */
final class Scene implements AutoCloseable {
    /** Tolerates a machine that is busy with other things. */
    private static final Duration REACH_LIMIT = Duration.ofMinutes(3);

    /** Less than the time for which a session of the outbox may be idle in its transaction. */
    private static final Duration SUCCESSION_LIMIT = Duration.ofSeconds(22);

    private static final int PARTITIONS = 3;

    private final EmbeddedStack stack;
    private final Connection connection;
    private final Duration drainLimit;
    private final Table table;
    private final Map<String, String> settings;
    private final List<Instance> instances = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private boolean told;

    Scene(EmbeddedStack stack, Connection connection, String database, String name, long seed, Duration drainLimit)
            throws Exception {
        this.stack = stack;
        this.connection = connection;
        this.drainLimit = drainLimit;
        this.table = new Table(stack, "chaos-" + name, "fund_" + name, PARTITIONS, seed);
        this.settings = Table.settings(stack, database, "chaos-" + name, List.of(table));
        table.begin(300, 1500);
    }

    /** From here on its instances tell deliveries, and {@link #checkNow} judges the events. */
    void withDeliveries() {
        settings.put("duet.deliveries.enabled", "true");
        told = true;
    }

    /** What the victim of a step leaves behind. */
    private record Held(Instance victim, @Nullable Instance joined) {}

    /** Kills one instance there and leaves the backlog to whoever comes next. */
    void kill(Step step) throws Exception {
        Held held = hold(step);
        held.victim().service().kill();
        if (held.joined() != null) {
            held.joined().service().kill();
        }
        table.load(200);
        if (told && step.place() instanceof Step.Outside) {
            succeed();
            held.victim().release();
        } else if (step.place() instanceof Step.Outside) { // what was on its way arrives when the next one is at work
            Thread.ofVirtual().start(() -> releaseLater(held.victim()));
        } else {
            held.victim().release();
        }
    }

    /** Another instance has read the positions and is at work, or it takes so long that the server would not wait for a COMMIT. */
    private void succeed() throws Exception {
        Instance next = start();
        Instant limit = Instant.now().plus(SUCCESSION_LIMIT);
        while (!next.hasStarted() && Instant.now().isBefore(limit)) {
            Thread.sleep(50);
        }
        Thread.sleep(1000);
    }

    private static void releaseLater(Instance victim) {
        try {
            Thread.sleep(5000);
            victim.release();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Freezes one instance there, lets another deliver all there is, and thaws it. */
    void zombie(Step step) throws Exception {
        Held held = hold(step);
        held.victim().service().freeze();
        table.load(300);
        if (held.joined() == null) {
            instances.add(Instance.start(settings));
        }
        drain();
        held.victim().service().thaw();
        held.victim().release();
        for (int i = 0; i < 5; i++) {
            table.load(60);
            Thread.sleep(100);
        }
        drain();
    }

    private Held hold(Step step) throws Exception {
        if (step.stage() == Step.Stage.SUCCESSOR && instances.isEmpty()) {
            Instance before = start();
            awaitProgress();
            before.service().kill();
        }
        Instance victim = Instance.start(stack, settings, step.place(), step.times());
        instances.add(victim);
        Instance joined = null;
        if (step.stage() == Step.Stage.REBALANCE) {
            awaitProgress();
            joined = start();
        }
        Instant limit = Instant.now().plus(REACH_LIMIT);
        while (!victim.isReached()) {
            if (Instant.now().isAfter(limit) || !victim.service().isAlive()) {
                throw new IllegalStateException("the service did not get to " + step.name() + ", see "
                        + victim.service().logFile());
            }
            if (victim.hasStarted()) {
                table.load(80);
            }
            Thread.sleep(step.stage() == Step.Stage.REBALANCE ? 200 : 40); // another start is waited for there
        }
        return new Held(victim, joined);
    }

    private Instance start() throws Exception {
        Instance instance = Instance.start(settings);
        instances.add(instance);
        return instance;
    }

    private void awaitProgress() throws Exception {
        long before = table.applied(connection);
        Instant limit = Instant.now().plus(REACH_LIMIT);
        while (table.applied(connection) <= before) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("nothing is applied, see "
                        + instances.getLast().service().logFile());
            }
            table.load(20);
            Thread.sleep(20);
        }
    }

    private void drain() throws Exception {
        if (!table.drained(connection, drainLimit)) {
            wrong.add("not all was delivered within " + drainLimit.toSeconds() + " s, see "
                    + instances.stream()
                            .map(i -> i.service().logFile().toString())
                            .toList());
        }
    }

    /** Lets a last instance deliver the rest if none is left, and stops them all. */
    void finish() throws Exception {
        if (instances.stream().noneMatch(instance -> instance.service().isAlive())) {
            start();
        }
        table.load(100);
        drain();
        for (Instance instance : instances) {
            String complaint = instance.complaint();
            if (complaint != null) {
                wrong.add(complaint);
            }
            instance.close();
        }
    }

    Expected expected() {
        return table.expected();
    }

    /** After {@link #finish}: everything but Delta's rows, and what has been noticed on the way. */
    Verdict checkNow(Checker checker) throws Exception {
        Verdict verdict = checker.checkNow(connection, expected()).plus(new Verdict(Count.NONE, Count.NONE, wrong));
        return told ? verdict.plus(checker.checkEvents(connection, expected())) : verdict;
    }

    void tell(PrintStream out, String what) {
        out.printf("%s; %,d records%n", what, table.total());
    }

    @Override
    public void close() throws Exception {
        for (Instance instance : instances) {
            instance.service().kill();
            instance.close();
        }
        table.close();
    }
}
