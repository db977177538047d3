package dev.duet.change;

import java.math.BigDecimal;

/** What a numeric of PostgreSQL can be and a BigDecimal can't. */
public enum NonFinite {
    NAN("NaN"),
    INFINITY("Infinity"),
    NEGATIVE_INFINITY("-Infinity");

    private final String text;

    NonFinite(String text) {
        this.text = text;
    }

    /** As PostgreSQL writes it. */
    @Override
    public String toString() {
        return text;
    }

    /** Compares two values of a numeric column as PostgreSQL orders them: NaN is greater than all, infinity included. */
    public static int compare(Object a, Object b) {
        if (a instanceof BigDecimal x && b instanceof BigDecimal y) {
            return x.compareTo(y);
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Object value) {
        if (!(value instanceof NonFinite special)) {
            return 0;
        }
        return switch (special) {
            case NEGATIVE_INFINITY -> -1;
            case INFINITY -> 1;
            case NAN -> 2;
        };
    }
}
