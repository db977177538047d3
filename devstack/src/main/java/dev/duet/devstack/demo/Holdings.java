package dev.duet.devstack.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Which rows the source tables hold, as far as this program knows. Others may change them at the same time: then a
/// change touches no row, or fails, and the holdings are read again.
final class Holdings {

    private final IdSet funds = new IdSet();
    private final IdSet units = new IdSet();
    private final Map<Integer, Integer> fundOfUnit = new HashMap<>();
    private final Map<Integer, Set<Integer>> unitsOfFund = new HashMap<>();

    static Holdings read(Connection connection) throws SQLException {
        Holdings holdings = new Holdings();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT fund_id FROM fund_metadata")) {
                while (rows.next()) {
                    holdings.funds.add(rows.getInt(1));
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT unit_id, fund_id FROM fund_unit WHERE fund_id IS NOT NULL")) {
                while (rows.next()) {
                    holdings.addUnit(rows.getInt(1), rows.getInt(2));
                }
            }
        }
        return holdings;
    }

    IdSet funds() {
        return funds;
    }

    IdSet units() {
        return units;
    }

    int fundOf(int unitId) {
        return fundOfUnit.get(unitId);
    }

    Set<Integer> unitsOf(int fundId) {
        return unitsOfFund.getOrDefault(fundId, Set.of());
    }

    void apply(Iterable<Change> committed) {
        for (Change change : committed) {
            switch (change) {
                case Change.AddFund add -> funds.add(add.fundId());
                case Change.AddUnit add -> addUnit(add.unitId(), add.fundId());
                case Change.ChangeFundKey key -> {
                    funds.remove(key.fundId());
                    funds.add(key.newFundId());
                }
                case Change.RemoveUnit remove -> removeUnit(remove.unitId());
                case Change.RemoveFund remove -> funds.remove(remove.fundId());
                case Change.RepriceFund reprice -> {}
                case Change.DescribeFund describe -> {}
                case Change.RepriceUnit reprice -> {}
            }
        }
    }

    private void addUnit(int unitId, int fundId) {
        units.add(unitId);
        fundOfUnit.put(unitId, fundId);
        unitsOfFund.computeIfAbsent(fundId, id -> new LinkedHashSet<>()).add(unitId);
    }

    private void removeUnit(int unitId) {
        units.remove(unitId);
        Integer fundId = fundOfUnit.remove(unitId);
        if (fundId != null) {
            unitsOfFund.computeIfPresent(fundId, (id, all) -> all.remove(unitId) && all.isEmpty() ? null : all);
        }
    }
}
