package dev.duet.devstack.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChangePlannerTest {

    private final Holdings holdings = new Holdings();
    private final Random random = new Random(7);
    private final ChangePlanner planner = new ChangePlanner(
            holdings, new AtomicInteger()::incrementAndGet, new AtomicInteger()::incrementAndGet, random);

    @Test
    void plansExactlyAsManyChangesAsWanted() {
        for (int i = 0; i < 2_000; i++) {
            int wanted = random.nextInt(1, 101);
            List<Change> plan = planner.plan(wanted);
            assertEquals(wanted, plan.size());
            holdings.apply(plan);
        }
    }

    @Test
    void keepsTheTablesAtTheirSize() {
        for (int i = 0; i < 5_000; i++) {
            holdings.apply(planner.plan(20));
        }
        assertTrue(Math.abs(holdings.funds().size() - ChangePlanner.FUNDS) < 500, holdings.funds()::toString);
        assertTrue(holdings.units().size() < ChangePlanner.FUNDS * 5);
    }

    @Test
    void respectsTheForeignKeyAndTouchesEachRowOnce() {
        for (int i = 0; i < 3_000; i++) {
            List<Change> plan = planner.plan(random.nextInt(1, 50));
            Set<Integer> removedUnits = new HashSet<>();
            Set<Integer> goneFunds = new HashSet<>();
            for (Change change : plan) {
                if (change instanceof Change.RemoveUnit remove) {
                    assertTrue(removedUnits.add(remove.unitId()));
                } else if (change instanceof Change.RemoveFund remove) {
                    assertTrue(removedUnits.containsAll(holdings.unitsOf(remove.fundId())));
                    assertTrue(goneFunds.add(remove.fundId()));
                } else if (change instanceof Change.ChangeFundKey key) {
                    assertTrue(holdings.unitsOf(key.fundId()).isEmpty());
                    assertTrue(goneFunds.add(key.fundId()));
                }
            }
            for (Change change : plan) {
                if (change instanceof Change.AddUnit add) {
                    assertFalse(goneFunds.contains(add.fundId()));
                }
            }
            holdings.apply(plan);
        }
    }
}
