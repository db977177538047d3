package dev.duet.inspect;

import dev.duet.change.TableId;
import java.util.List;

/** Asks the connector to send a table's rows again, by Debezium's signalling table in the source. Blocks. */
public interface SnapshotSignals {
    /** Whether it is known where the source and its signalling table are. */
    boolean isConfigured();

    /** The statement that asks for it, for these source tables. */
    String statement(List<TableId> tables);

    /**
     * Carries out such a statement in the source.
     *
     * @throws UnreachableException if the source does not answer or refuses; says why
     */
    void send(String statement);
}
