package dev.duet.delivery;

import dev.duet.change.PartitionChanges;
import dev.duet.change.TopicPartition;

/** An accepted piece of a partition on its way through the lanes. Guarded by the delivery's lock. */
final class Link {
    final PartitionChanges changes;
    final int epoch;
    final long acceptedNanos;
    private int lanesToPass;

    Link(PartitionChanges changes, int epoch, long acceptedNanos, int lanes) {
        this.changes = changes;
        this.epoch = epoch;
        this.acceptedNanos = acceptedNanos;
        this.lanesToPass = lanes;
    }

    /** The same piece with more in it, for the next lane alone. */
    Link with(PartitionChanges completed) {
        return new Link(completed, epoch, acceptedNanos, 1);
    }

    TopicPartition partition() {
        return changes.partition();
    }

    /** One lane is done with it, or has dropped it. True if that was the last one: its memory is free. */
    boolean leave() {
        lanesToPass--;
        return lanesToPass == 0;
    }
}
