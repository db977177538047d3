package dev.duet.delivery;

import dev.duet.change.TableId;

/** A table can't be written until an operator has done something. The others go on. */
public final class TableStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient TableId table;

    /** @param message what, where, why and what to do, without row values or secrets */
    public TableStoppedException(TableId table, String message, Throwable cause) {
        super(message, cause);
        this.table = table;
    }

    public TableStoppedException(TableId table, String message) {
        super(message);
        this.table = table;
    }

    public TableId table() {
        return table;
    }
}
