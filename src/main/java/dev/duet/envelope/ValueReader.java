package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** Reads the values of one column from the form in which they are written. Used by one thread at a time. */
interface ValueReader {
    /**
     * Reads the value at the parser's current token, which is not null.
     *
     * @return a value of the class that the column's type names, or {@link dev.duet.change.Row#UNCHANGED}
     * @throws BadValue if the value is not of that form, or of no such value
     * @throws IOException if the JSON is broken
     */
    Object read(JsonParser json) throws IOException, BadValue;
}
