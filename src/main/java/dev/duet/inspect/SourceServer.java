package dev.duet.inspect;

/** How far the source and its replication slot are. LSNs are unsigned numbers. Blocks. */
public interface SourceServer {
    /** The end of the source's log; what was committed before lies below it. */
    long position();

    /** How far the connector has got: all below is acknowledged by Kafka. */
    long confirmed();

    /** The slot's name. */
    String slot();

    /** Writes a logical message, so that a slot of which nothing is due moves on. */
    void nudge();
}
