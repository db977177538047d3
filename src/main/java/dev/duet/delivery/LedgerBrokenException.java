package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.util.Set;

/**
 * The count of records does not add up: something between the poll and the sink has lost or doubled one. A defect; the partitions
 * stop before more is written.
 */
public final class LedgerBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Set<TopicPartition> partitions;

    /** @param message where, and both counts */
    public LedgerBrokenException(Set<TopicPartition> partitions, String message) {
        super("the ledger of " + partitions + " does not add up: " + message + "; please report this as a defect");
        this.partitions = Set.copyOf(partitions);
    }

    public Set<TopicPartition> partitions() {
        return partitions;
    }
}
