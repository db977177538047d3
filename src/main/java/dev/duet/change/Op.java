package dev.duet.change;

/** What happened to a row, in Debezium's words ({@code op} of the envelope). */
public enum Op {
    CREATE("c"),
    UPDATE("u"),
    DELETE("d"),
    /** A row of a snapshot. */
    READ("r"),
    /** All rows of the table are gone; the record has no key. */
    TRUNCATE("t");

    private final String code;

    Op(String code) {
        this.code = code;
    }

    /** Debezium's one-letter code, as written to {@code __op}. */
    public String code() {
        return code;
    }
}
