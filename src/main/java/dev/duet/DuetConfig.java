package dev.duet;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What concerns the service as a whole. The rooms' own settings stand in the rooms. */
@ConfigMapping(prefix = "duet")
interface DuetConfig {
    /**
     * The pipeline's name: consumer group, key of the stored positions, and the first part of the dead-letter topic's name. Two
     * processes with one name share the work; with another name everything is delivered anew.
     */
    Optional<String> pipeline();

    /**
     * Memory of changes that are read and not yet in both sinks; when it is used up, reading pauses. More gives the Delta sink
     * larger commits while PostgreSQL runs ahead.
     */
    @WithDefault("64M")
    MemorySize maxBufferedBytes();

    /** How long a stop waits for what is being written; what is not written by then is read again after the next start. */
    @WithDefault("5s")
    Duration stopLimit();

    /** The first pause before a failed write is tried again; it doubles up to {@link #retryPauseLimit}. */
    @WithDefault("200ms")
    Duration retryPause();

    @WithDefault("15s")
    Duration retryPauseLimit();

    /** For tests of crashes alone: where the process is to stand still. Read from the system properties, see {@code FailPoint}. */
    FailPoints failpoint();

    interface FailPoints {
        Optional<String> at();

        Optional<String> dir();
    }
}
