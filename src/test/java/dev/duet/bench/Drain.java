package dev.duet.bench;

import dev.duet.Checks;
import dev.duet.EmbeddedStack;
import dev.duet.FundHistory;
import dev.duet.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A backlog of generated events into both sinks, default settings, from the service's first answer to the last delivered offset. */
final class Drain {
    private static final int PARTITIONS = 4;

    private Drain() {}

    /** @param pipeline a name that this stack hasn't seen */
    static Map<String, Object> measure(EmbeddedStack stack, String pipeline, int keys, int events) throws Exception {
        String database = stack.freshDatabase(pipeline);
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), database, "fund_metadata", PARTITIONS, 1);
                Connection connection = stack.connect(database, "duet")) {
            history.snapshot(keys);
            history.changes(events - keys);
            System.out.printf("backlog of %,d events written%n", history.total());
            Map<String, String> settings =
                    ServiceProcess.settings(stack, pipeline, database, "s3a://" + stack.s3Bucket() + "/" + database);
            settings.remove("duet.delta.commit-interval");
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.fund_metadata\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings, jvmOptions())) {
                service.awaitStarted();
                long start = System.nanoTime();
                Checks.awaitDelivered(connection, pipeline, history.topic(), history.written(), Duration.ofMinutes(15));
                double seconds = (System.nanoTime() - start) / 1e9;
                Map<String, Object> result = result(service, history.total(), seconds);
                System.out.println("drain: " + result);
                Checks.mirrorEquals(connection, "public.fund_metadata", history.rows());
                return result;
            }
        }
    }

    /** For profiling, from the environment: {@code DUET_BENCH_JVM="-Xmx512m -XX:StartFlightRecording=filename=/tmp/x.jfr"}. */
    private static String[] jvmOptions() {
        String options = System.getenv("DUET_BENCH_JVM");
        return options == null ? new String[0] : options.trim().split(" +");
    }

    private static Map<String, Object> result(ServiceProcess service, long events, double seconds) throws Exception {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("events", events);
        result.put("seconds", round(seconds));
        result.put("eventsPerSecond", Math.round(events / seconds));
        result.put("cpuSeconds", round(cpuSeconds(service.pid())));
        result.put("peakRssMiB", rssMiB(service.pid(), "VmHWM:"));
        for (String sink : new String[] {"postgres", "delta"}) {
            Map<String, Object> batches = new LinkedHashMap<>();
            String tag = "sink=\"" + sink + "\"";
            double count = service.metric("duet_write_seconds_count", tag);
            batches.put("batches", Math.round(count));
            batches.put("meanRows", Math.round(service.metric("duet_batch_rows_sum", tag) / count));
            batches.put("p50Ms", round(service.metric("duet_write_seconds", tag, "quantile=\"0.5\"") * 1000));
            batches.put("p95Ms", round(service.metric("duet_write_seconds", tag, "quantile=\"0.95\"") * 1000));
            result.put(sink, batches);
        }
        return result;
    }

    private static double cpuSeconds(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
    }

    /** From Linux' accounting, {@code VmRSS:} or {@code VmHWM:} (the peak); -1 elsewhere. */
    static long rssMiB(long pid, String which) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith(which))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
