package dev.duet.envelope;

/** A record's schema can't be had until an operator has done something. The message says what, where and what to do. */
public final class UnusableSchemaException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message continues "The records of topic T are Avro with the schema id N, but"; without a full stop at its end */
    public UnusableSchemaException(String message) {
        super(message);
    }
}
