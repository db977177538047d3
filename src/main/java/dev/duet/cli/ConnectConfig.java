package dev.duet.cli;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Where Kafka Connect is looked at by {@code duet doctor}. */
@ConfigMapping(prefix = "duet.connect")
interface ConnectConfig {
    /** The address of its REST interface, such as {@code http://connect:8083}. No default: without it the connector is not looked at. */
    Optional<String> url();

    /** The connector's name. Default: all of Debezium's for PostgreSQL. */
    Optional<String> connector();
}
