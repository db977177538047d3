package dev.duet.envelope;

import dev.duet.change.TableId;

/** Carries a decision against a record from where it is found to {@link DebeziumDecoder#decode}. Never leaves this room. */
final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;
    private static final int MAX_NAME_LENGTH = 100;

    private final transient Decoded decision;

    private Unreadable(Decoded decision, String reason) {
        super(reason, null, false, false);
        this.decision = decision;
    }

    static Unreadable malformed(String reason) {
        return new Unreadable(new Decoded.Malformed(reason), reason);
    }

    static Unreadable blocked(TableId table, String reason) {
        return new Unreadable(new Decoded.Blocked(table, reason), reason);
    }

    Decoded decision() {
        return decision;
    }

    /** A field's name fit for a message: it comes from outside, so it is cut and cleared of control characters. */
    static String shown(String name) {
        String cut = name.length() <= MAX_NAME_LENGTH ? name : name.substring(0, MAX_NAME_LENGTH) + "...";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
