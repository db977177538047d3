package dev.duet.transform;

import dev.duet.change.Row;

/**
 * A condition compiled for a table's columns. Its answer is a set of the three truth values of SQL: those that are possible, given
 * that the row may have columns that the source did not send ({@link Row#UNCHANGED}). Mostly it is one alone.
 */
interface Condition {
    int TRUE = 1;
    int FALSE = 2;
    int UNKNOWN = 4;

    int possible(Row row) throws Unfit;

    static Condition not(Condition inner) {
        return row -> {
            int of = inner.possible(row);
            return (of & UNKNOWN) | ((of & TRUE) != 0 ? FALSE : 0) | ((of & FALSE) != 0 ? TRUE : 0);
        };
    }

    static Condition and(Condition left, Condition right) {
        return row -> {
            int a = left.possible(row);
            return a == FALSE ? FALSE : both(a, right.possible(row));
        };
    }

    static Condition or(Condition left, Condition right) {
        return not(and(not(left), not(right)));
    }

    private static int both(int a, int b) {
        int result = a & b & TRUE;
        result |= (a | b) & FALSE;
        boolean unknown = ((a & UNKNOWN) != 0 && (b & (TRUE | UNKNOWN)) != 0)
                || ((b & UNKNOWN) != 0 && (a & (TRUE | UNKNOWN)) != 0);
        return unknown ? result | UNKNOWN : result;
    }
}
