package dev.duet.cli;

import io.quarkus.arc.Arc;

/**
 * What a {@link Configured} command takes from the service, asked for when it runs: picocli makes each command before anything is
 * started. The producers of what is asked for here alone are {@code @Unremovable}.
 */
final class Beans {
    private Beans() {}

    static <T> T of(Class<T> type) {
        return Arc.container().select(type).get();
    }
}
