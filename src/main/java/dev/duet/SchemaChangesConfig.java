package dev.duet;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;
import java.util.Optional;

/** What is done by itself when a source table changes: docs/schema-changes.md. Both sinks do the same. */
@ConfigMapping(prefix = "duet.schema-changes")
interface SchemaChangesConfig {
    /** A column that a target lacks: {@code apply} adds it, {@code stop} stops the table. Default {@code apply}: nothing is lost by it. */
    @WithDefault("apply")
    Change addColumn();

    /**
     * A column that has become wider than a target's: {@code apply} gives the target's the type of the source, {@code stop} stops the
     * table. Default {@code apply}: every value of before stays what it is.
     */
    @WithDefault("apply")
    Change widenColumn();

    /**
     * A column that the source has dropped: {@code keep} leaves the target's, null from then on; {@code stop} stops the table. Default
     * {@code keep}: what was there is not thrown away.
     */
    @WithDefault("keep")
    Remains dropColumn();

    /**
     * A column that has become narrower than a target's: {@code keep} leaves the target's as it is, {@code stop} stops the table. Default
     * {@code keep}: all values fit.
     */
    @WithDefault("keep")
    Remains narrowColumn();

    /** The same for single tables, by {@code schema.table} with {@code *} for any characters; of several the longest name counts. */
    Map<String, OfTables> tables();

    /** What is not set here is as for all tables. */
    interface OfTables {
        Optional<Change> addColumn();

        Optional<Change> widenColumn();

        Optional<Remains> dropColumn();

        Optional<Remains> narrowColumn();
    }

    /** Whether a target is changed as the source was. */
    enum Change {
        APPLY,
        STOP
    }

    /** Whether a target stays as it is. */
    enum Remains {
        KEEP,
        STOP
    }
}
