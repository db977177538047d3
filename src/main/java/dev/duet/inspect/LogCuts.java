package dev.duet.inspect;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import java.util.Map;
import java.util.Optional;

/**
 * Takes rows out of change logs that are to be appended again. Methods block; failures as {@link ChangeLogs}.
 *
 * <p>A row that is taken out comes again only if reading resumes at or below it: that has to be so before, and to stay so until the cut is
 * made.
 */
public interface LogCuts {
    /**
     * Looks for the rows of these partitions at and above these offsets.
     *
     * @return empty if the log's positions are not above any of them
     * @throws IllegalArgumentException if a topic was made again: its offsets don't tell its rows
     */
    Optional<Cut> of(TableId table, Map<TopicPartition, Long> from);

    /** What is to be taken out of one log. */
    interface Cut {
        TableId table();

        /** How many rows go. */
        long rows();

        /** How many files go, in part or as a whole. */
        int files();

        /** Writes the rows that stay of files that go in part; nothing is visible yet. */
        void stage();

        /**
         * Takes the rows out and sets the positions back, in one commit.
         *
         * @throws IllegalStateException if something else has written the table since it was looked at; nothing was changed
         */
        void commit();
    }
}
