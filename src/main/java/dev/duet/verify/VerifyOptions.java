package dev.duet.verify;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How tables are compared.
 *
 * @param chunk rows of a range that is hashed by one statement
 * @param pause between two ranges
 * @param timeout how long both sinks may take to pass a position of the source
 * @param rounds how often a row that keeps changing is looked at
 * @param maxDifferences after how many a table's comparison ends
 * @param nudge whether a logical message is written into the source's log, so that an idle slot moves on
 * @param values whether the columns' values of differing rows are wanted
 * @param directory where temporary files are written
 */
public record VerifyOptions(
        int chunk,
        Duration pause,
        Duration timeout,
        int rounds,
        int maxDifferences,
        boolean nudge,
        boolean values,
        Path directory) {
    /** Rows of a page, where keys and hashes are read one after the other. */
    static final int PAGE = 20_000;
}
