package dev.duet.inspect;

import java.util.List;
import java.util.function.Consumer;

/** A change log at one version. Used by one thread. Failures: {@link UnreachableException}. */
public interface LogAt {
    /** The version; -1 if there is no table yet. */
    long version();

    /** Whether a topic of it was made again: offsets don't tell the order of its changes then. */
    boolean madeAgain();

    /** How many changes it holds at most. */
    long changes();

    /** The compared columns, in the mirror's order. */
    List<LogField> fields();

    List<NotCompared> notCompared();

    /** Hands on the changes in no order; memory is bounded by a batch. */
    void read(Consumer<LoggedChange> to);

    /** The log at its newest version; of it only the files are read that this one has not. */
    LogAt newer();
}
