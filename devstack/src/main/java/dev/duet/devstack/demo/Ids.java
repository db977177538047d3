package dev.duet.devstack.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/// New ids from a sequence, taken in advance: an insert then needs no answer, so that inserts can go in batches. Ids
/// that are never used leave gaps, as a rollback does.
final class Ids {

    private final String sequence;
    private final Deque<Integer> taken = new ArrayDeque<>();

    Ids(String sequence) {
        this.sequence = sequence;
    }

    void fill(Connection connection, int least) throws SQLException {
        if (taken.size() >= least) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT nextval('" + sequence + "') FROM generate_series(1, ?)")) {
            statement.setInt(1, 2 * least - taken.size());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    taken.add(rows.getInt(1));
                }
            }
        }
    }

    int next() {
        return taken.remove();
    }
}
