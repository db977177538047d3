package dev.duet.envelope;

/**
 * A writer's schema: how its bytes are read, and the same as a Connect schema, from which the columns' types follow. One instance for
 * an id while it is cached.
 */
final class AvroSchema {
    private final AvroType type;
    private final ConnectSchema connect;

    AvroSchema(AvroType type, ConnectSchema connect) {
        this.type = type;
        this.connect = connect;
    }

    AvroType type() {
        return type;
    }

    ConnectSchema connect() {
        return connect;
    }
}
