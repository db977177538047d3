package dev.duet.devstack;

/// The parts in the order in which they are named to people.
enum PartName {
    POSTGRES,
    KAFKA,
    CONNECT,
    S3;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
