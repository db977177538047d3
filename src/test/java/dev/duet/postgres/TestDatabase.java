package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;

import dev.duet.EmbeddedStack;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A database of one test class: the client's pool for the sink, and JDBC for the checks. */
final class TestDatabase implements AutoCloseable {
    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Vertx vertx = Vertx.vertx();
    private final List<Pool> pools = new ArrayList<>();
    final String name;
    final Connection jdbc;

    TestDatabase(String prefix) {
        try {
            name = stack.freshDatabase(prefix);
            jdbc = stack.connect(name, "duet");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Pool pool() {
        return pool("duet", stack.password("duet"), 256);
    }

    Pool pool(String role, String password, int pipeliningLimit) {
        return pool(stack.postgresHost(), stack.postgresPort(), role, password, pipeliningLimit);
    }

    Pool pool(FaultyNetwork network, int pipeliningLimit) {
        return pool("127.0.0.1", network.port(), "duet", stack.password("duet"), pipeliningLimit);
    }

    FaultyNetwork network(int delayMillis) {
        return new FaultyNetwork(vertx, stack.postgresHost(), stack.postgresPort(), delayMillis);
    }

    private Pool pool(String host, int port, String role, String password, int pipeliningLimit) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(host)
                .setPort(port)
                .setDatabase(name)
                .setUser(role)
                .setPassword(password)
                .setPipeliningLimit(pipeliningLimit);
        Pool pool = PgBuilder.pool()
                .connectingTo(PgTuning.tune(options))
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
        pools.add(pool);
        return pool;
    }

    Connection superuser() throws SQLException {
        return stack.connect(name, "postgres");
    }

    void execute(String sql) {
        try (var statement = jdbc.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** All rows, each as its values' texts joined by a bar, null as {@code ~}; floats in full. */
    List<String> rows(String sql) {
        try (var statement = jdbc.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    String value = result.getString(i);
                    values.add(value == null ? "~" : value);
                }
                rows.add(String.join("|", values));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    List<Long> offsetsInTrail(TableId table, TopicPartition partition) {
        if (rows("select 1 from pg_tables where schemaname = '" + table.schema() + "' and tablename = '" + table.table()
                        + "_trail'")
                .isEmpty()) {
            return List.of();
        }
        return rows("select \"__offset\" from "
                        + new TargetName(table.schema(), table.table()).trail().quoted()
                        + " where \"__topic\" = '" + partition.topic() + "' and \"__partition\" = "
                        + partition.partition() + " order by 1")
                .stream()
                .map(Long::valueOf)
                .toList();
    }

    @Override
    public void close() {
        pools.forEach(pool -> await(pool.close().toCompletionStage()));
        await(vertx.close().toCompletionStage());
        try {
            jdbc.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings of a test, with the documented defaults but for the mode. */
    record Config(
            Mode mode,
            Map<String, Mode> modes,
            String table,
            Duration statementTimeout,
            Duration lockTimeout,
            Duration writeTimeout,
            Duration clockTolerance)
            implements PostgresConfig {
        static Config of(Mode mode) {
            return new Config(
                    mode,
                    Map.of(),
                    "{schema}.{table}",
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(1));
        }

        Config modes(Map<String, Mode> some) {
            return new Config(mode, some, table, statementTimeout, lockTimeout, writeTimeout, clockTolerance);
        }

        Config table(String template) {
            return new Config(mode, modes, template, statementTimeout, lockTimeout, writeTimeout, clockTolerance);
        }

        Config timeouts(Duration statement, Duration lock, Duration write) {
            return new Config(mode, modes, table, statement, lock, write, clockTolerance);
        }
    }
}
