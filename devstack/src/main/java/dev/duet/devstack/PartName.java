package dev.duet.devstack;

import java.util.Locale;

/// The parts in the order in which they are named to people.
enum PartName {
    POSTGRES,
    KAFKA,
    CONNECT,
    S3;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
