package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import dev.duet.chaos.Table.Expected;
import dev.duet.failpoint.FailPoint;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Two tables under continuous load and the group of instances that delivers them; some rounds happen to it, then it is checked. */
final class Era implements AutoCloseable {
    private static final int PARTITIONS = 4;
    private static final int FEWEST = 3;
    private static final int MOST = 5;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** Longer than the session: the group expels who is frozen for so long. */
    private static final int EXPULSION_MILLIS = 2_600;

    private final Connection connection;
    private final Duration drainLimit;
    private final Random random;
    private final List<Table> tables;
    private final Map<String, String> settings;
    private final List<Instance> group = new ArrayList<>();
    private final List<Instance> gone = new ArrayList<>();
    private final Thread load;
    private volatile boolean loading = true;
    private volatile @Nullable Exception loadFailure;

    Era(EmbeddedStack stack, Connection connection, String database, int number, Options options) throws Exception {
        this.connection = connection;
        this.drainLimit = options.drainLimit();
        this.random = new Random(options.seed() * 1000 + number);
        String pipeline = "chaos-r" + number;
        this.tables = List.of(
                new Table(stack, pipeline, "fund_r" + number + "a", PARTITIONS, random.nextLong()),
                new Table(stack, pipeline, "fund_r" + number + "b", PARTITIONS, random.nextLong()));
        this.settings = Table.settings(stack, database, pipeline, tables);
        for (Table table : tables) {
            table.begin(500, 500);
        }
        this.load = Thread.ofPlatform().daemon().name("chaos-load").start(this::load);
        while (group.size() < FEWEST) {
            group.add(Instance.start(settings));
        }
        awaitProgress(0);
    }

    private enum Action {
        KILL,
        FREEZE,
        JOIN,
        LEAVE,
        KILL_AT,
        FREEZE_AT
    }

    /** One round; returns what happened. */
    String round() throws Exception {
        Thread.sleep(random.nextInt(700));
        long before = applied();
        String what = switch (Action.values()[random.nextInt(Action.values().length)]) {
            case KILL -> kill();
            case FREEZE -> freeze();
            case JOIN -> group.size() < MOST ? join() : kill();
            case LEAVE -> leave();
            case KILL_AT -> atPoint(true);
            case FREEZE_AT -> atPoint(false);
        };
        while (group.size() < FEWEST) {
            group.add(Instance.start(settings));
        }
        awaitProgress(before);
        return what + "; " + group.size() + " instances, " + applied() + " records applied";
    }

    private String kill() throws Exception {
        Instance victim = takeOne();
        victim.service().kill();
        gone.add(victim);
        return "kill";
    }

    private String freeze() throws Exception {
        Instance victim = group.get(random.nextInt(group.size()));
        victim.service().freeze();
        Thread.sleep(EXPULSION_MILLIS + random.nextInt(1000));
        victim.service().thaw();
        return "freeze";
    }

    private String join() throws Exception {
        group.add(Instance.start(settings));
        return "join";
    }

    private String leave() {
        Instance victim = takeOne();
        victim.service().leave();
        gone.add(victim);
        return "leave";
    }

    private String atPoint(boolean kill) throws Exception {
        if (group.size() == MOST) {
            kill();
        }
        FailPoint[] points = FailPoint.values();
        FailPoint point = points[random.nextInt(points.length)];
        int times = 1 + random.nextInt(4);
        Instance victim = Instance.start(settings, point.stableName(), times);
        String what = point.stableName() + ":" + times;
        awaitReached(victim);
        what += victim.isReached() ? "" : " (not reached)";
        if (kill) {
            victim.service().kill();
            victim.release();
            gone.add(victim);
            return "kill at " + what;
        }
        victim.service().freeze();
        Thread.sleep(EXPULSION_MILLIS + random.nextInt(1000));
        victim.service().thaw();
        victim.release();
        group.add(victim);
        return "freeze at " + what;
    }

    /** Some steps are not reached each time: nobody joins or leaves, no table is new. */
    private static void awaitReached(Instance victim) throws Exception {
        Instant limit = Instant.now().plus(LIMIT);
        while (!victim.isReached() && !victim.hasStarted() && Instant.now().isBefore(limit)) {
            Thread.sleep(20);
        }
        limit = Instant.now().plusSeconds(3);
        while (!victim.isReached() && Instant.now().isBefore(limit)) {
            Thread.sleep(5);
        }
    }

    private Instance takeOne() {
        return group.remove(random.nextInt(group.size()));
    }

    private void load() {
        try {
            while (loading) {
                for (Table table : tables) {
                    table.load(25);
                }
                Thread.sleep(60);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            loadFailure = e;
        }
    }

    private long applied() throws Exception {
        long applied = 0;
        for (Table table : tables) {
            applied += table.applied(connection);
        }
        return applied;
    }

    /** A round after which nothing moved has shown nothing. */
    private void awaitProgress(long before) throws Exception {
        Instant limit = Instant.now().plus(LIMIT);
        while (applied() <= before) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("nothing was applied for " + LIMIT.toSeconds() + " s, see " + logs());
            }
            Thread.sleep(50);
        }
    }

    /** Ends the load, lets everything be delivered, stops the group and checks all but Delta's rows. */
    Verdict finish(Checker checker) throws Exception {
        loading = false;
        load.join();
        if (loadFailure != null) {
            throw new IllegalStateException("the load ended early", loadFailure);
        }
        List<String> wrong = new ArrayList<>();
        for (Table table : tables) {
            if (!table.drained(connection, drainLimit)) {
                wrong.add("not all was delivered within " + drainLimit.toSeconds() + " s, see " + logs());
            }
        }
        gone.addAll(group);
        group.forEach(instance -> instance.service().leave());
        group.clear();
        for (Instance instance : gone) {
            String complaint = instance.complaint();
            if (complaint != null) {
                wrong.add(complaint);
            }
            instance.close();
        }
        Verdict verdict = new Verdict(Count.NONE, Count.NONE, wrong);
        for (Table table : tables) {
            verdict = verdict.plus(checker.checkNow(connection, table.expected()));
        }
        return verdict;
    }

    List<Expected> expected() {
        return tables.stream().map(Table::expected).toList();
    }

    long records() {
        return tables.stream().mapToLong(Table::total).sum();
    }

    private List<String> logs() {
        return group.stream()
                .map(instance -> instance.service().logFile().toString())
                .toList();
    }

    @Override
    public void close() throws Exception {
        loading = false;
        load.join();
        gone.addAll(group);
        for (Instance instance : gone) {
            instance.service().kill();
            instance.close();
        }
        tables.forEach(Table::close);
    }
}
