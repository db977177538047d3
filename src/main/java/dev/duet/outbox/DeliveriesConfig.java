package dev.duet.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The events for delivered batches. */
@ConfigMapping(prefix = "duet.deliveries")
public interface DeliveriesConfig {
    /**
     * Whether each delivered batch is told by an event in {@code duet.outbox}. Default false: it costs a JDBC connection, and a
     * connector on the target database that sends the events.
     */
    @WithDefault("false")
    boolean enabled();
}
