package dev.duet.connect;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Where Kafka Connect is asked: by the service whether the connector runs, by {@code duet doctor} also how it is set up. */
@ConfigMapping(prefix = "duet.connect")
public interface ConnectConfig {
    /** The address of its REST interface, such as {@code http://connect:8083}. No default: without it nobody asks for the connector. */
    Optional<String> url();

    /** The connector's name. Default: all of Debezium's for PostgreSQL. */
    Optional<String> connector();
}
