package dev.duet.delivery;

/** The store can't be reached or has no time: the same write may succeed later. Whether this one landed is not known. */
public final class RetriableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what failed and where, without row values or secrets */
    public RetriableException(String message, Throwable cause) {
        super(message, cause);
    }

    public RetriableException(String message) {
        super(message);
    }
}
