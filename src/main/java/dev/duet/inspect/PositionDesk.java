package dev.duet.inspect;

import dev.duet.change.TopicPartition;
import java.time.Instant;
import java.util.List;

/**
 * Where a pipeline stands by its control tables, and the few ways in which an operator may move it. Each move is made only if nothing has
 * moved since it was looked at. Methods block; failures as {@link ChangeLogs}.
 */
public interface PositionDesk {
    /**
     * A row of {@code duet.position}.
     *
     * @param partition in the generation of the position
     * @param appliedNext the first offset that PostgreSQL has not got
     * @param deliveredNext the first offset that may be missing in one of the sinks: reading resumes there
     */
    record Stand(TopicPartition partition, long appliedNext, long deliveredNext, Instant updatedAt) {}

    /**
     * A row of {@code duet.topic}.
     *
     * @param id Kafka's id of the topic that the positions belong to
     * @param generation positions of an older one don't count
     */
    record Topic(String name, String id, int generation) {}

    /**
     * A position that is to be set back.
     *
     * @param next the first offset that is applied again, not above {@code appliedNext}
     */
    record Back(Stand from, long next) {}

    /** By topic and partition. */
    List<Stand> positions();

    List<Topic> topics();

    /** Gives up the offsets below this one; false if the position has moved meanwhile. */
    boolean skipTo(Stand from, long next);

    /** The topic is another one from here on, to be read from its beginning; false if that was done meanwhile. */
    boolean adopt(Topic from, String id);

    /** How many rows {@link #setBack} would remove from trails. */
    long trailRows(List<Back> moves);

    /**
     * Sets positions back, all or none, and removes from the trails what will be appended again, in one transaction.
     *
     * @return how many rows of trails were removed
     * @throws IllegalStateException if one has moved meanwhile
     */
    long setBack(List<Back> moves);

    /**
     * Does something while positions that were set back can't be moved by anybody. It should take some seconds at most: the server ends a
     * transaction that does nothing for longer than {@code duet.postgres.statement-timeout}.
     *
     * @throws IllegalStateException if one has moved since {@link #setBack}; nothing is done then
     */
    void holding(List<Back> moves, Runnable work);
}
