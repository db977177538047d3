package dev.duet.cli;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records of a file, one after the other. */
interface FieldSource extends AutoCloseable {
    /**
     * A record.
     *
     * @param line where it begins, from 1
     * @param fields by name, as text; null for null. Nested JSON is its text
     * @param problem what is wrong with it as a whole, null if nothing is
     */
    record Fields(
            long line,
            Map<String, @Nullable String> fields,
            @Nullable String problem) {}

    /**
     * The next record, null behind the last one.
     *
     * @throws Unreadable if the rest of the file can't be told apart into records
     */
    @Nullable
    Fields next() throws IOException, Unreadable;

    @Override
    void close() throws IOException;

    /** Ends the reading of a file. */
    final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final long line;

        /** @param message never holds a value */
        Unreadable(long line, String message) {
            super(message);
            this.line = line;
        }

        long line() {
            return line;
        }
    }
}
