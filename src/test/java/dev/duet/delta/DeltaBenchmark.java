package dev.duet.delta;

import static dev.duet.delta.DeltaFixture.await;

import com.sun.management.OperatingSystemMXBean;
import dev.duet.EmbeddedStack;
import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Rows per second, CPU per row and requests per commit of the sink. Run its main from the test class path; the system property
 * {@code duet.basedir} names the project's directory.
 */
final class DeltaBenchmark {
    private static final TableSchema TABLE = new TableSchema(
            new TableId("bench", "orders"),
            List.of(
                    new Column("id", new ColumnType.Int64()),
                    new Column("customer", new ColumnType.Int32()),
                    new Column("status", new ColumnType.Text(0)),
                    new Column("note", new ColumnType.Text(0)),
                    new Column("reference", new ColumnType.Uuid()),
                    new Column("amount", new ColumnType.Decimal(10, 2)),
                    new Column("created", new ColumnType.TimestampTz(6))),
            List.of(0));
    private static final String[] STATUS = {"new", "paid", "shipped", "returned"};

    private DeltaBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        // Without Quarkus the log manager lets all pass, and Parquet tells each value at DEBUG.
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.SEVERE);
        System.out.println("store rows/commit commits p50ms rows/s cpu-us/row requests/commit");
        for (int round = 0; round < 2; round++) {
            run("disk", DeltaFixture.disk("bench"), null);
            try (FaultyProxy proxy = new FaultyProxy(EmbeddedStack.shared().s3Endpoint())) {
                run("s3", DeltaFixture.s3("bench"), null);
                run("s3-counted", DeltaFixture.s3("bench", proxy.endpoint()), proxy);
            }
        }
        System.exit(0);
    }

    private static void run(
            String store, Map<String, String> settings, @org.jspecify.annotations.Nullable FaultyProxy proxy) {
        try (DeltaSink sink = new DeltaSink("bench", DeltaFixture.config(settings))) {
            long next = 0;
            for (int rows : new int[] {1_000, 10_000, 100_000}) {
                int commits = rows == 100_000 ? 8 : 40;
                for (int warm = 0; warm < commits / 4; warm++) {
                    await(sink.write(batch(next, next + rows)));
                    next += rows;
                }
                long[] nanos = new long[commits];
                long[] cpu = new long[commits];
                int requests = proxy == null ? 0 : proxy.requests().size();
                for (int i = 0; i < commits; i++) {
                    ChangeBatch batch = batch(next, next + rows);
                    next += rows;
                    long cpuBefore = cpu();
                    long start = System.nanoTime();
                    await(sink.write(batch));
                    nanos[i] = System.nanoTime() - start;
                    cpu[i] = cpu() - cpuBefore;
                }
                Arrays.sort(nanos);
                Arrays.sort(cpu);
                double perCommit =
                        proxy == null ? Double.NaN : (proxy.requests().size() - requests) / (double) commits;
                System.out.printf(
                        "%s %d %d %.1f %.0f %.2f %.2f%n",
                        store,
                        rows,
                        commits,
                        nanos[commits / 2] / 1e6,
                        rows * 1e9 / nanos[commits / 2],
                        cpu[commits / 2] / 1e3 / rows,
                        perCommit);
            }
        }
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static ChangeBatch batch(long from, long to) {
        List<RowChange> changes = new ArrayList<>((int) (to - from));
        for (long i = from; i < to; i++) {
            long mixed = i * 0x9E3779B97F4A7C15L;
            Row row = Row.of(
                    i,
                    (int) (mixed >>> 44),
                    STATUS[(int) (mixed >>> 62)],
                    "note of order " + Long.toHexString(mixed),
                    new java.util.UUID(mixed, ~mixed).toString(),
                    BigDecimal.valueOf((mixed >>> 40) % 1_000_000, 2),
                    Changes.NOON + i * 1000);
            changes.add(Changes.change(TABLE, Op.CREATE, row, 0, i, Changes.NOON + i));
        }
        return Changes.batch(Changes.link(0, from, to, changes));
    }
}
