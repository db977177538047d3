package dev.duet.devstack.demo;

import java.util.List;
import java.util.Locale;

/// Counts what was committed.
final class Tally {

    private long inserts;
    private long updates;
    private long deletes;
    private long keyChanges;
    private long transactions;
    private long rolledBack;
    private long conflicts;

    void committed(List<Change> changes) {
        transactions++;
        for (Change change : changes) {
            switch (change) {
                case Change.AddFund add -> inserts++;
                case Change.AddUnit add -> inserts++;
                case Change.RepriceFund reprice -> updates++;
                case Change.DescribeFund describe -> updates++;
                case Change.RepriceUnit reprice -> updates++;
                case Change.ChangeFundKey key -> keyChanges++;
                case Change.RemoveUnit remove -> deletes++;
                case Change.RemoveFund remove -> deletes++;
            }
        }
    }

    void rolledBack() {
        rolledBack++;
    }

    /// A transaction that failed because somebody else changed the tables.
    void conflict() {
        conflicts++;
    }

    long changes() {
        return inserts + updates + deletes + keyChanges;
    }

    String text(double seconds) {
        String text = String.format(
                Locale.ROOT,
                "%d changes in %.1f s (%.0f/s): %d inserts, %d updates, %d deletes, %d key changes in %d transactions,"
                        + " %d rolled back",
                changes(),
                seconds,
                changes() / Math.max(seconds, 0.001),
                inserts,
                updates,
                deletes,
                keyChanges,
                transactions,
                rolledBack);
        return conflicts == 0 ? text : text + ", " + conflicts + " conflicts";
    }
}
