package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: when a topic gets more partitions while older changes are unread, a row that was deleted in a key's new partition does not
 * come back from its old one; also when the service runs meanwhile.
 */
class MorePartitionsIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void deletedRowsStayDeleted() throws Exception {
        String database = stack.freshDatabase("more");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "more", database, "s3a://" + stack.s3Bucket() + "/more");
        try (FundHistory history = new FundHistory(stack.bootstrapServers(), "more", "funds", 2, 6);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            history.snapshot(2000);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                awaitDelivered(connection, history);
                assertThat(count(connection, "select count(*) from duet.mirror where unsettled_since is not null"))
                        .isZero();
                assertThat(service.terminate()).isLessThan(Duration.ofSeconds(30));
            }
            history.changes(20_000); // unread, in two partitions
            history.grow(6);
            history.changes(6_000);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                awaitDelivered(connection, history);
                Checks.mirrorEquals(connection, "public.funds", history.rows());
                assertThat(count(connection, "select count(*) from duet.deleted"))
                        .isPositive();
                settle(connection);
                history.grow(7);
                awaitUnsettled(service, connection);
            }
            Checks.ledgerAddsUp(connection, "more", history.topic(), history.total());
        }
    }

    /** As docs/operations.md says. */
    private static void settle(Connection connection) throws SQLException {
        try (var sql = connection.createStatement()) {
            sql.execute("update duet.mirror set unsettled_since = null where pipeline = 'more'");
            sql.execute("delete from duet.deleted d using duet.mirror m where m.pipeline = 'more'"
                    + " and d.target_schema = m.target_schema and d.target_table = m.target_table");
        }
        assertThat(count(connection, "select count(*) from duet.deleted")).isZero();
    }

    private static void awaitUnsettled(ServiceProcess service, Connection connection) throws Exception {
        Instant limit = Instant.now().plusSeconds(90);
        while (count(connection, "select count(*) from duet.mirror where unsettled_since is not null") == 0) {
            assertThat(Instant.now()).as("not noticed: " + service.log()).isBefore(limit);
            Thread.sleep(200);
        }
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "more", history.topic(), history.written(), Duration.ofMinutes(2));
    }

    private static long count(Connection connection, String query) throws SQLException {
        try (var sql = connection.createStatement()) {
            var row = sql.executeQuery(query);
            row.next();
            return row.getLong(1);
        }
    }
}
