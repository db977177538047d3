package dev.duet.inspect;

/** The store does not answer; the message says which and why. */
public final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreachableException(String message) {
        super(message);
    }
}
