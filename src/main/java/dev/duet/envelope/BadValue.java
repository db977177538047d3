package dev.duet.envelope;

/** A JSON value is not what its column needs. The message is the expectation ("expected ..."), without the value. */
final class BadValue extends Exception {
    private static final long serialVersionUID = 1;

    BadValue(String expectation) {
        super(expectation, null, false, false);
    }
}
