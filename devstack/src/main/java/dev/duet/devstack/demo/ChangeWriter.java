package dev.duet.devstack.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/// Executes planned changes in one transaction, a batch for each kind of statement, in an order that respects the
/// foreign key.
final class ChangeWriter implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement addFund;
    private final PreparedStatement addUnit;
    private final PreparedStatement repriceFund;
    private final PreparedStatement describeFund;
    private final PreparedStatement repriceUnit;
    private final PreparedStatement changeFundKey;
    private final PreparedStatement removeUnit;
    private final PreparedStatement removeFund;

    /// @param connection without auto-commit; belongs to the caller
    ChangeWriter(Connection connection) throws SQLException {
        this.connection = connection;
        addFund = connection.prepareStatement("INSERT INTO fund_metadata"
                + " (fund_id, fund_name, fund_code, fund_description, fund_price, updated_at)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
        addUnit = connection.prepareStatement(
                "INSERT INTO fund_unit (unit_id, fund_id, unit_price, unit_date) VALUES (?, ?, ?, ?)");
        repriceFund = connection.prepareStatement(
                "UPDATE fund_metadata SET fund_price = ?, updated_at = ? WHERE fund_id = ?");
        describeFund = connection.prepareStatement(
                "UPDATE fund_metadata SET fund_name = ?, fund_description = ?, updated_at = ? WHERE fund_id = ?");
        repriceUnit =
                connection.prepareStatement("UPDATE fund_unit SET unit_price = ?, unit_date = ? WHERE unit_id = ?");
        changeFundKey =
                connection.prepareStatement("UPDATE fund_metadata SET fund_id = ?, updated_at = ? WHERE fund_id = ?");
        removeUnit = connection.prepareStatement("DELETE FROM fund_unit WHERE unit_id = ?");
        removeFund = connection.prepareStatement("DELETE FROM fund_metadata WHERE fund_id = ?");
    }

    /// @param commit false: rolled back after all statements ran
    void write(List<Change> changes, boolean commit) throws SQLException {
        long now = System.currentTimeMillis();
        for (Change change : changes) {
            add(change, now);
        }
        for (PreparedStatement statement : inOrder()) {
            statement.executeBatch();
        }
        if (commit) {
            connection.commit();
        } else {
            connection.rollback();
        }
    }

    private List<PreparedStatement> inOrder() {
        return List.of(addFund, addUnit, repriceFund, describeFund, repriceUnit, changeFundKey, removeUnit, removeFund);
    }

    private void add(Change change, long now) throws SQLException {
        switch (change) {
            case Change.AddFund it ->
                batch(addFund, it.fundId(), it.name(), it.code(), it.description(), it.price(), now);
            case Change.AddUnit it -> batch(addUnit, it.unitId(), it.fundId(), it.price(), it.date());
            case Change.RepriceFund it -> batch(repriceFund, it.price(), now, it.fundId());
            case Change.DescribeFund it -> batch(describeFund, it.name(), it.description(), now, it.fundId());
            case Change.RepriceUnit it -> batch(repriceUnit, it.price(), it.date(), it.unitId());
            case Change.ChangeFundKey it -> batch(changeFundKey, it.newFundId(), now, it.fundId());
            case Change.RemoveUnit it -> batch(removeUnit, it.unitId());
            case Change.RemoveFund it -> batch(removeFund, it.fundId());
        }
    }

    private static void batch(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        statement.addBatch();
    }

    /// Forgets what was added, after a failed transaction.
    void clear() throws SQLException {
        connection.rollback();
        for (PreparedStatement statement : inOrder()) {
            statement.clearBatch();
        }
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : inOrder()) {
            statement.close();
        }
    }
}
