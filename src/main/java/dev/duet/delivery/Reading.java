package dev.duet.delivery;

/**
 * Holds reading at an operator's word, and lets it go on. What is accepted is written all the same; the rest waits in Kafka. A pause holds
 * for this process, over rebalances, until it is resumed or the process ends. The listener hears which partitions are paused. Methods
 * return at once.
 */
public interface Reading {
    void pause(Extent extent);

    /** Reads on from the delivered positions. A partition of the extent that stands still because of an error is tried again at once. */
    void resume(Extent extent);
}
