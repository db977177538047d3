package dev.duet.postgres;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;

/** What the operator decides about the PostgreSQL sink. The connection itself is configured under {@code quarkus.datasource}. */
@ConfigMapping(prefix = "duet.postgres")
public interface PostgresConfig {
    /**
     * What is kept of each source table: {@code mirror}, a copy of the table as it is now; {@code trail}, each change appended once
     * to {@code <table>_trail}; or {@code both}. Default {@code mirror}: the copy is what Duet is for, and the trail grows for ever.
     */
    @WithDefault("mirror")
    Mode mode();

    /**
     * The same for some source tables: {@code schema.table} to mode, where {@code *} stands for any characters and of the names that match a
     * table the longest counts. A table without primary key can only have a trail.
     */
    Map<String, Mode> modes();

    /**
     * The target table's name, {@code schema.name}, where {@code {schema}} and {@code {table}} stand for the source's names (unquoted;
     * Duet quotes). Default {@code {schema}.{table}}: the same name as in the source, which no two source tables share.
     */
    @WithDefault("{schema}.{table}")
    String table();

    /**
     * How long the server may work on one statement ({@code statement_timeout} of Duet's transactions). Default 60 seconds: a batch takes
     * a fraction of one, but the first delete of a big truncated table takes its time. Must be positive.
     */
    @WithDefault("60s")
    Duration statementTimeout();

    /**
     * How long a statement may wait for a lock ({@code lock_timeout}), for example for another writer's position. Default 20 seconds:
     * longer than any batch, shorter than a person's patience. The write is tried again afterwards. Must be positive.
     */
    @WithDefault("20s")
    Duration lockTimeout();

    /**
     * After how long a write that got no answer is given up and its connection closed. It covers what the server can't: a network that
     * swallows packets. Default 120 seconds: it must be longer than the statement timeout.
     */
    @WithDefault("120s")
    Duration writeTimeout();

    /**
     * How far the source's clock may be set back before its commits count as out of order. Default 1 second: clocks are slewed, not set,
     * and a source that is restored or moved is away for longer. Must not be negative.
     */
    @WithDefault("1s")
    Duration clockTolerance();

    /** What is kept of a source table. */
    enum Mode {
        MIRROR,
        TRAIL,
        BOTH;

        boolean mirrors() {
            return this != TRAIL;
        }

        boolean trails() {
            return this != MIRROR;
        }
    }
}
