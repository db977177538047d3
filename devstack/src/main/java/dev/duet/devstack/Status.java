package dev.duet.devstack;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/// What a running stack tells others; the content of the status file. Parts that were not started are null and absent
/// from the file. The passwords are no secrets: everything listens on 127.0.0.1.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Status(long pid, Postgres postgres, Kafka kafka, Connect connect, S3 s3, Registry registry) {

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Postgres(String host, int port, String database, Map<String, User> users) {
        public String jdbcUrl() {
            return "jdbc:postgresql://" + host + ":" + port + "/" + database;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record User(String password) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Kafka(String bootstrapServers, String tlsBootstrapServers) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Connect(String url) {}

    /// @param url of the server; its Confluent-compatible interface is below `/apis/ccompat/v7`
    /// @param pid its process id: it is a process of its own
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Registry(String url, long pid) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record S3(
            String endpoint, String bucket, String region, String accessKey, String secretKey, String directory) {}
}
