package dev.duet.inspect;

/** There is no such table, version or time; the message says what there is. */
public final class NotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(String message) {
        super(message);
    }
}
