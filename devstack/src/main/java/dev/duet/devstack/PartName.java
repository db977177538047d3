package dev.duet.devstack;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// The parts in the order in which they are named to people.
enum PartName {
    POSTGRES,
    KAFKA,
    CONNECT,
    S3,
    /// Started only if asked for.
    REGISTRY;

    /// What runs unless something else is asked for.
    static Set<PartName> usual() {
        return EnumSet.complementOf(EnumSet.of(REGISTRY));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
