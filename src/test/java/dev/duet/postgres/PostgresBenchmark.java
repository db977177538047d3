package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.TableSchema;
import io.vertx.sqlclient.Pool;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Rows a second into the mirror, against the embedded PostgreSQL. Not a test: run its main with the test class path.
 *
 * <p>The last four lines go through a network with a round trip of 50 ms: time / 50 ms = round trips of a write.
 *
 * <p>Batches of 10,000 rows of 6 columns, and small batches of 4 tables, whose time is the round trips'. Sequential is the same sink over
 * a client that waits for each answer before it sends the next statement.
 */
final class PostgresBenchmark {
    private static final int WARM_UP = 5;

    private PostgresBenchmark() {}

    public static void main(String[] arguments) {
        try (TestDatabase database = new TestDatabase("benchmark")) {
            String password = dev.duet.EmbeddedStack.shared().password("duet");
            for (int round = 0; round < 2; round++) {
                for (int limit : new int[] {256, 1}) {
                    Pool pool = database.pool("duet", password, limit);
                    String name = (limit == 1 ? "sequential" : "pipelined") + round;
                    for (PostgresConfig.Mode mode : PostgresConfig.Mode.values()) {
                        run(pool, name + mode.ordinal() + "_big", mode, 1, 10_000, 40);
                    }
                    run(pool, name + "_small", PostgresConfig.Mode.MIRROR, 4, 100, 200);
                }
            }
        }
        roundTrips();
        System.exit(0); // the stack's process is stopped by its shutdown hook
    }

    /** With 25 ms each way the time of a small write is that of its round trips. */
    private static void roundTrips() {
        try (TestDatabase database = new TestDatabase("benchmark")) {
            FaultyNetwork network = database.network(25);
            for (int tables : new int[] {1, 4}) {
                run(database.pool(network, 256), "far_pipelined" + tables, PostgresConfig.Mode.MIRROR, tables, 100, 20);
                run(database.pool(network, 1), "far_sequential" + tables, PostgresConfig.Mode.MIRROR, tables, 100, 20);
            }
        }
    }

    private static void run(Pool pool, String name, PostgresConfig.Mode mode, int tables, int rows, int batches) {
        Source source = new Source(name);
        PostgresSink sink = new PostgresSink(pool, name, TestDatabase.Config.of(mode));
        await(sink.open(Set.of(source.partition(0))));
        List<TableSchema> schemas = new ArrayList<>();
        for (int i = 0; i < tables; i++) {
            schemas.add(schema(name + i));
        }
        List<Long> nanos = new ArrayList<>();
        long lsn = 0;
        for (int b = 0; b < batches + WARM_UP; b++) {
            for (int i = 0; i < rows; i++) {
                lsn++;
                int id = (int) (lsn % (rows * 5L));
                source.change(
                        0,
                        schemas.get(i % tables),
                        Op.UPDATE,
                        lsn,
                        id,
                        "a name of some length " + id,
                        BigDecimal.valueOf(lsn, 6),
                        lsn * 1000,
                        (int) (lsn % 20_000),
                        lsn % 2 == 0);
            }
            ChangeBatch batch = source.batch();
            long start = System.nanoTime();
            await(sink.write(batch));
            if (b >= WARM_UP) {
                nanos.add(System.nanoTime() - start);
            }
        }
        Collections.sort(nanos);
        long median = nanos.get(nanos.size() / 2);
        System.out.printf(
                "%-26s %-6s %6d rows, %d tables: median %6.2f ms, best %6.2f ms, %,9d rows/s%n",
                name, mode, rows, tables, median / 1e6, nanos.getFirst() / 1e6, rows * 1_000_000_000L / median);
    }

    private static TableSchema schema(String table) {
        return Source.schema(
                table,
                1,
                new Column("id", new ColumnType.Int32()),
                new Column("name", new ColumnType.Text(0)),
                new Column("nav", new ColumnType.Decimal(18, 6)),
                new Column("changed", new ColumnType.TimestampTz(6)),
                new Column("day", new ColumnType.Date()),
                new Column("open", new ColumnType.Bool()));
    }
}
