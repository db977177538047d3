package dev.duet.envelope;

import java.io.IOException;

/** Bytes are not Avro of their schema. Carries no values. */
final class AvroFault extends IOException {
    private static final long serialVersionUID = 1;

    AvroFault(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // bad records come in floods
    }
}
