package dev.duet.delivery;

import dev.duet.change.TopicPartition;
import java.util.Set;

/**
 * The sink's position in some partition is not what this writer left: another one has taken over, or the store was set back. The
 * batch is dropped, the positions are read again and reading resumes there.
 */
public final class PositionMovedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Set<TopicPartition> partitions;

    public PositionMovedException(Set<TopicPartition> partitions, String message) {
        super(message);
        this.partitions = Set.copyOf(partitions);
    }

    public Set<TopicPartition> partitions() {
        return partitions;
    }
}
