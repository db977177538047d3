package dev.duet.devstack.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/// Decides what a transaction does. A transaction touches each row once, so that its statements can be grouped into
/// batches in any order that respects the foreign key.
final class ChangePlanner {

    /// Around this number of funds inserts and deletes balance.
    static final int FUNDS = 2_000;

    private static final int UNITS_PER_NEW_FUND = 3;
    private static final int MOST_UNITS = 5;
    private static final int TRIES = 20;

    private final Holdings holdings;
    private final IntSupplier fundIds;
    private final IntSupplier unitIds;
    private final RandomGenerator random;
    private final FundWords words;

    private final List<Change> plan = new ArrayList<>();
    private final Set<Integer> touchedFunds = new HashSet<>();
    private final Set<Integer> touchedUnits = new HashSet<>();
    private int size;

    ChangePlanner(Holdings holdings, IntSupplier fundIds, IntSupplier unitIds, RandomGenerator random) {
        this.holdings = holdings;
        this.fundIds = fundIds;
        this.unitIds = unitIds;
        this.random = random;
        this.words = new FundWords(random);
    }

    /// Exactly `wanted` changes. Takes at most `wanted` ids of each kind.
    List<Change> plan(int wanted) {
        plan.clear();
        touchedFunds.clear();
        touchedUnits.clear();
        size = wanted;
        while (plan.size() < size) {
            double dice = random.nextDouble();
            boolean done;
            if (dice < 0.50) {
                done = changeFund();
            } else if (dice < 0.62) {
                done = repriceUnit();
            } else if (dice < 0.65) {
                done = changeFundKey();
            } else if (dice < 0.72) {
                done = changeUnits();
            } else {
                done = shrinks() ? remove() : addFund();
            }
            if (!done) {
                addFund(); // tables too small, or all touched already
            }
        }
        return List.copyOf(plan);
    }

    /// On an empty table never; in balance at [#FUNDS]; always at a tenth above it.
    private boolean shrinks() {
        int funds = holdings.funds().size();
        return funds > FUNDS * 11 / 10 || random.nextDouble() < 0.5 * funds / FUNDS;
    }

    private boolean changeFund() {
        int fundId = untouchedFund();
        if (fundId < 0) {
            return false;
        }
        if (random.nextInt(5) == 0) {
            plan.add(new Change.DescribeFund(fundId, words.name(), words.description()));
        } else {
            plan.add(new Change.RepriceFund(fundId, words.price()));
        }
        return true;
    }

    private boolean repriceUnit() {
        int unitId = untouchedUnit();
        if (unitId < 0) {
            return false;
        }
        plan.add(new Change.RepriceUnit(unitId, words.price(), words.date()));
        return true;
    }

    /// Only a fund without units: theirs would have to follow, and the foreign key does not cascade.
    private boolean changeFundKey() {
        for (int i = 0; i < TRIES; i++) {
            int fundId = untouchedFund();
            if (fundId >= 0 && holdings.unitsOf(fundId).isEmpty()) {
                plan.add(new Change.ChangeFundKey(fundId, fundIds.getAsInt()));
                return true;
            }
        }
        return false;
    }

    /// One unit more for a fund that has few, one less for a fund that has many.
    private boolean changeUnits() {
        int fundId = untouchedFund();
        if (fundId < 0) {
            return false;
        }
        if (holdings.unitsOf(fundId).size() >= MOST_UNITS) {
            return removeUnit();
        }
        plan.add(new Change.AddUnit(unitIds.getAsInt(), fundId, words.price(), words.date()));
        return true;
    }

    private boolean addFund() {
        int fundId = fundIds.getAsInt();
        String name = words.name();
        plan.add(new Change.AddFund(fundId, name, words.code(name, fundId), words.description(), words.firstPrice()));
        int units = Math.min(random.nextInt(UNITS_PER_NEW_FUND + 1), size - plan.size());
        for (int i = 0; i < units; i++) {
            plan.add(new Change.AddUnit(unitIds.getAsInt(), fundId, words.price(), words.date()));
        }
        return true;
    }

    /// A fund with its units, or one unit if those are too many for this transaction.
    private boolean remove() {
        int fundId = untouchedFund();
        if (fundId < 0) {
            return false;
        }
        Set<Integer> units = holdings.unitsOf(fundId);
        boolean whole = units.size() < size - plan.size() && units.stream().noneMatch(touchedUnits::contains);
        if (!whole) {
            return removeUnit();
        }
        for (int unitId : units) {
            touchedUnits.add(unitId);
            plan.add(new Change.RemoveUnit(unitId));
        }
        plan.add(new Change.RemoveFund(fundId));
        return true;
    }

    private boolean removeUnit() {
        int unitId = untouchedUnit();
        if (unitId < 0) {
            return false;
        }
        plan.add(new Change.RemoveUnit(unitId));
        return true;
    }

    /// @return -1 when none was found
    private int untouchedFund() {
        for (int i = 0; i < TRIES && holdings.funds().size() > 0; i++) {
            int fundId = holdings.funds().any(random);
            if (touchedFunds.add(fundId)) {
                return fundId;
            }
        }
        return -1;
    }

    /// @return -1 when none was found
    private int untouchedUnit() {
        for (int i = 0; i < TRIES && holdings.units().size() > 0; i++) {
            int unitId = holdings.units().any(random);
            if (touchedUnits.add(unitId)) {
                return unitId;
            }
        }
        return -1;
    }
}
