package dev.duet.devstack;

/// What a user can understand and answer; the message is one line and says what failed and why.
public final class StackFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    public StackFailure(String message) {
        super(message);
    }

    public StackFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /// The failure of a part, with the innermost cause's message: the outer ones of Kafka and Jetty say nothing.
    static StackFailure of(String what, Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null) {
            if (inner instanceof StackFailure known) {
                return known;
            }
            inner = inner.getCause();
        }
        if (inner instanceof StackFailure known) {
            return known;
        }
        String why = inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
        return new StackFailure(what + ": " + why.lines().findFirst().orElse(""), failure);
    }
}
