package dev.duet.devstack.demo;

import dev.duet.devstack.StackFailure;
import dev.duet.devstack.Status;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Random;

/// Changes the source until an end is reached: a number of changes, a time, or [#end()].
public final class Demo {

    /// @param changes committed changes after which to end; 0: no such end
    /// @param duration null: no such end
    /// @param out null: nothing is printed on the way
    public record Options(double rate, long seed, long changes, Duration duration, PrintStream out) {}

    private static final int LARGEST_TRANSACTION = 100;
    private static final double ROLLED_BACK = 0.03;
    private static final Duration REPORT_EVERY = Duration.ofSeconds(5);
    private static final Duration RECONNECT_LIMIT = Duration.ofSeconds(60);

    private final Status.Postgres postgres;
    private final Options options;
    private final Random random;
    private final Tally total = new Tally();
    private final long startNanos = System.nanoTime();
    private final Pace pace;
    private Tally recent = new Tally();
    private long reportNanos = startNanos;
    private volatile boolean ended;
    private volatile long committed;

    public Demo(Status.Postgres postgres, Options options) {
        this.postgres = postgres;
        this.options = options;
        this.random = new Random(options.seed());
        this.pace = new Pace(options.rate(), startNanos);
    }

    public void end() {
        ended = true;
    }

    /// Changes committed so far. Safe from any thread.
    public long changes() {
        return committed;
    }

    String total() {
        return total.text(seconds(startNanos));
    }

    /// Survives a restart of the database, if it comes back within a minute.
    public void run() throws InterruptedException {
        long lostNanos = 0;
        while (!over()) {
            long before = total.changes();
            try (Connection connection = connect()) {
                connected(connection);
            } catch (SQLException e) {
                boolean progressed = total.changes() > before;
                lostNanos = lostNanos == 0 || progressed ? System.nanoTime() : lostNanos;
                boolean connectionLost =
                        e.getSQLState() != null && e.getSQLState().matches("(08|57P).*");
                if (!connectionLost || total.changes() == 0 || seconds(lostNanos) > RECONNECT_LIMIT.toSeconds()) {
                    throw new StackFailure("demo: " + e.getMessage().replace('\n', ' '), e);
                }
                Thread.sleep(1_000);
            }
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "demo");
        properties.setProperty("password", postgres.users().get("demo").password());
        properties.setProperty("ApplicationName", "devstack demo");
        properties.setProperty("reWriteBatchedInserts", "true");
        Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), properties);
        connection.setAutoCommit(false);
        return connection;
    }

    private void connected(Connection connection) throws SQLException, InterruptedException {
        Ids fundIds = new Ids("public.fund_metadata_fund_id_seq");
        Ids unitIds = new Ids("public.fund_unit_unit_id_seq");
        try (ChangeWriter writer = new ChangeWriter(connection)) {
            Holdings holdings = Holdings.read(connection);
            connection.commit();
            while (!over()) {
                int due = pace.due(System.nanoTime());
                if (due == 0) {
                    Thread.sleep(pace.untilNext(System.nanoTime()));
                } else {
                    fundIds.fill(connection, LARGEST_TRANSACTION);
                    unitIds.fill(connection, LARGEST_TRANSACTION);
                    ChangePlanner planner = new ChangePlanner(holdings, fundIds::next, unitIds::next, random);
                    if (!transaction(writer, planner.plan(transactionSize(due)), holdings)) {
                        writer.clear();
                        holdings = Holdings.read(connection);
                        connection.commit();
                    }
                }
                report(holdings);
            }
        }
    }

    /// @return false when somebody else's change came in between (a foreign key, a unique code, a deadlock)
    private boolean transaction(ChangeWriter writer, List<Change> changes, Holdings holdings) throws SQLException {
        boolean commit = random.nextDouble() >= ROLLED_BACK;
        try {
            writer.write(changes, commit);
        } catch (SQLException e) {
            if (e.getSQLState() == null || !e.getSQLState().matches("(23|40).*")) {
                throw e;
            }
            total.conflict();
            recent.conflict();
            return false;
        }
        if (commit) {
            holdings.apply(changes);
            total.committed(changes);
            recent.committed(changes);
            committed = total.changes();
            pace.done(changes.size());
        } else {
            total.rolledBack();
            recent.rolledBack();
        }
        return true;
    }

    /// Mostly one change, sometimes several; large transactions at rates that single ones cannot reach.
    private int transactionSize(int due) {
        double dice = random.nextDouble();
        int usual = dice < 0.6 ? 1 : dice < 0.9 ? random.nextInt(2, 6) : random.nextInt(6, 21);
        int size = Math.min(due > usual ? due : usual, LARGEST_TRANSACTION);
        long left = options.changes() == 0 ? size : options.changes() - total.changes();
        return (int) Math.min(size, left);
    }

    private boolean over() {
        return ended
                || options.changes() > 0 && total.changes() >= options.changes()
                || options.duration() != null
                        && System.nanoTime() - startNanos >= options.duration().toNanos();
    }

    private void report(Holdings holdings) {
        if (options.out() != null && System.nanoTime() - reportNanos >= REPORT_EVERY.toNanos()) {
            options.out()
                    .println("demo: " + recent.text(seconds(reportNanos)) + "; now "
                            + holdings.funds().size() + " funds, "
                            + holdings.units().size() + " units");
            recent = new Tally();
            reportNanos = System.nanoTime();
        }
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
