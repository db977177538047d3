package dev.duet.transform;

/** A value is not what a step needs. The message is the expectation ("expected ..."), without the value. */
final class Unfit extends Exception {
    private static final long serialVersionUID = 1;

    Unfit(String expectation) {
        super(expectation, null, false, false);
    }
}
