package dev.duet.transform;

/** A rule does not fit a table. The message names the key, the reason and the fix. */
final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
        super(message, null, false, false);
    }
}
