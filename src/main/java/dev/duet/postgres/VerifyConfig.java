package dev.duet.postgres;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** What {@code duet verify} and {@code duet doctor} need beyond the service's settings. */
@ConfigMapping(prefix = "duet.verify")
public interface VerifyConfig {
    /** The source database. */
    Source source();

    /** Where the source database is looked at. The role needs SELECT on the tables, nothing else. */
    interface Source {
        /**
         * Its address, {@code postgresql://host:port/database?sslmode=require}. No default: without it mirrors and change logs are compared
         * with each other alone.
         */
        Optional<String> url();

        /** The role. */
        Optional<String> username();

        /** The role's password. */
        Optional<String> password();

        /** The connector's replication slot. Default: the only one of pgoutput in that database. */
        Optional<String> slot();

        /**
         * The connector's {@code signal.data.collection}, as schema.table: {@code duet snapshot} writes into it, for which the role needs
         * INSERT there. No default: without it the command prints the statement.
         */
        Optional<String> signalTable();

        /** The connector's publication. Default: the only one in that database. */
        Optional<String> publication();
    }
}
