package dev.duet.registry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The schema registry, for records in Avro. */
@ConfigMapping(prefix = "duet.source.registry")
public interface RegistryConfig {
    /**
     * Where the Confluent-compatible interface begins, for example {@code http://registry:8080/apis/ccompat/v7} of Apicurio or {@code
     * https://registry:8081} of Confluent.
     */
    Optional<String> url();

    /**
     * Where Apicurio's own interface begins, for records that carry its ids. Absent, it is {@link #url} with {@code
     * /apis/registry/v3} in place of {@code /apis/ccompat/...}.
     */
    Optional<String> apicurioUrl();

    /**
     * Which of Apicurio's ids the 8 bytes in a record's body are, the converter's {@code apicurio.registry.use-id}: {@code content}
     * (the default of Apicurio 3) or {@code global} (of Apicurio 2). Ids in headers say it by the header's name.
     */
    @WithDefault("content")
    ApicurioId apicurioId();

    /** For basic authentication; with {@link #password}. */
    Optional<String> user();

    /** Better given as an environment variable: {@code DUET_SOURCE_REGISTRY_PASSWORD}. */
    Optional<String> password();

    /** A bearer token, instead of a user; better given as {@code DUET_SOURCE_REGISTRY_TOKEN}. */
    Optional<String> token();

    /** The name of a {@code quarkus.tls.<name>} configuration with the trusted certificates; absent: the JDK's. */
    Optional<String> tlsConfigurationName();

    /** How long one question may take; then it is asked again. */
    @WithDefault("10s")
    Duration timeout();

    /** Of which kind an id is. */
    enum ApicurioId {
        /** Shared by equal schemas. */
        CONTENT,
        /** Of one version of one artifact. */
        GLOBAL
    }
}
