package dev.duet.devstack.demo;

import java.math.BigDecimal;
import java.time.LocalDate;

/// One change of one row.
sealed interface Change {

    /// @param code null: the fund has none yet
    /// @param description may be null
    /// @param price may be null
    record AddFund(int fundId, String name, String code, String description, BigDecimal price) implements Change {}

    record AddUnit(int unitId, int fundId, BigDecimal price, LocalDate date) implements Change {}

    record RepriceFund(int fundId, BigDecimal price) implements Change {}

    record DescribeFund(int fundId, String name, String description) implements Change {}

    record RepriceUnit(int unitId, BigDecimal price, LocalDate date) implements Change {}

    record ChangeFundKey(int fundId, int newFundId) implements Change {}

    record RemoveUnit(int unitId) implements Change {}

    record RemoveFund(int fundId) implements Change {}
}
