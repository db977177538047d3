package dev.duet.bench;

import dev.duet.EmbeddedStack;
import dev.duet.FundHistory;
import dev.duet.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The native executable against the JVM, in alternation, so that what else the machine does meets both: from the start of the process
 * to its first answer and to the first partition that is read, memory at rest, and the drain of a backlog. Medians.
 */
final class NativeComparison {
    private static final String EXECUTABLE = "duet.executable";
    private static final long IDLE_MILLIS = 5_000;

    private NativeComparison() {}

    static Map<String, Object> measure(EmbeddedStack stack, int keys, int events, int rounds) throws Exception {
        Path executable = Path.of(System.getProperty("duet.basedir", "."), "target", "duet-runner");
        if (!Files.exists(executable)) {
            throw new IllegalStateException(executable + " is missing: run make native first");
        }
        Map<String, Series> builds = new LinkedHashMap<>();
        builds.put("jvm", new Series());
        builds.put("native", new Series());
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Series> build : builds.entrySet()) {
                if (build.getKey().equals("native")) {
                    System.setProperty(EXECUTABLE, executable.toString());
                } else {
                    System.clearProperty(EXECUTABLE);
                }
                String name = "compare_" + build.getKey() + round;
                build.getValue().start(stack, name);
                build.getValue().drain(Drain.measure(stack, name, keys, events));
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("rounds", rounds);
        result.put("executableMiB", Files.size(executable) / (1 << 20));
        builds.forEach((build, series) -> result.put(build, series.medians()));
        double ratio = median(builds.get("native").values("eventsPerSecond"))
                / median(builds.get("jvm").values("eventsPerSecond"));
        result.put("nativeThroughputPercentOfJvm", Math.round(100 * ratio));
        System.out.println("native against JVM: " + result);
        return result;
    }

    private static final class Series {
        private final Map<String, List<Double>> values = new LinkedHashMap<>();

        /** A start against a topic that holds nothing. */
        void start(EmbeddedStack stack, String name) throws Exception {
            String database = stack.freshDatabase(name);
            try (FundHistory empty = new FundHistory(stack.bootstrapServers(), name, "nothing", 1, 1);
                    Connection unused = stack.connect(database, "duet")) {
                Map<String, String> settings =
                        ServiceProcess.settings(stack, name, database, "s3a://" + stack.s3Bucket() + "/" + database);
                settings.put("duet.source.topics", empty.topic());
                long start = System.nanoTime();
                try (ServiceProcess service = ServiceProcess.start(settings)) {
                    add(
                            "firstAnswerMs",
                            await(start, () -> !service.get("/q/health/live").isEmpty()));
                    add("firstPartitionMs", await(start, () -> service.log().contains("event=started")));
                    Thread.sleep(IDLE_MILLIS);
                    add("idleRssMiB", Drain.rssMiB(service.pid(), "VmRSS:"));
                }
            }
        }

        void drain(Map<String, Object> drain) {
            for (String key : new String[] {"eventsPerSecond", "cpuSeconds", "peakRssMiB"}) {
                if (drain.get(key) instanceof Number number) {
                    add(key, number.doubleValue());
                }
            }
        }

        private void add(String key, double value) {
            values(key).add(value);
        }

        List<Double> values(String key) {
            return values.computeIfAbsent(key, unused -> new ArrayList<>());
        }

        Map<String, Object> medians() {
            Map<String, Object> medians = new LinkedHashMap<>();
            values.forEach((key, list) -> medians.put(key, Drain.round(median(list))));
            return medians;
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static double await(long start, Condition condition) throws Exception {
        while (!condition.holds()) {
            if (System.nanoTime() - start > 120e9) {
                throw new IllegalStateException("the service did not start");
            }
            LockSupport.parkNanos(1_000_000);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
