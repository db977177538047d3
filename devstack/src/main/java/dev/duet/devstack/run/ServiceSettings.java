package dev.duet.devstack.run;

import dev.duet.devstack.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How the service is told where the stack is. Secrets are for the environment: everybody on the machine may read a
/// command line.
final class ServiceSettings {

    static final String PIPELINE = "funds";
    static final String MIRROR_SCHEMA = "mirror";
    static final String SOURCE_SCHEMA = "public";
    static final List<String> TABLES = List.of("fund_metadata", "fund_unit");

    private static final String ROLE = "duet";

    private ServiceSettings() {}

    /// @param options the user's; they win
    static Map<String, String> properties(Status status, int httpPort, Map<String, String> options) {
        Status.Postgres postgres = status.postgres();
        Status.S3 s3 = status.s3();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("quarkus.http.port", Integer.toString(httpPort));
        settings.put("duet.web.open", "true"); // on loopback, for whoever runs this
        settings.put("kafka.bootstrap.servers", status.kafka().bootstrapServers());
        settings.put("duet.pipeline", PIPELINE);
        settings.put("duet.source.topics", "pgsrc\\." + SOURCE_SCHEMA + "\\..*");
        settings.put(
                "quarkus.datasource.reactive.url",
                "postgresql://" + postgres.host() + ":" + postgres.port() + "/" + postgres.database());
        settings.put("quarkus.datasource.username", ROLE);
        settings.put("duet.source.imports", "true");
        settings.put("duet.postgres.table", MIRROR_SCHEMA + ".{table}");
        settings.put("duet.delta.root", "s3a://" + s3.bucket() + "/" + PIPELINE);
        // Shorter than the default of 10 s: who watches wants to see changes arrive, and small files do no harm here.
        settings.put("duet.delta.commit-interval", "2s");
        settings.put("duet.delta.s3.endpoint", s3.endpoint());
        settings.put("duet.delta.s3.region", s3.region());
        settings.put("duet.delta.s3.path-style-access", "true");
        settings.put("duet.delta.s3.access-key", s3.accessKey());
        if (status.registry() != null) {
            settings.put("duet.source.registry.url", status.registry().url() + "/apis/ccompat/v7");
        }
        settings.putAll(options);
        return settings;
    }

    /// What the operator's commands need to ask this service, its sinks and its source: its settings, with what it gets
    /// by its
    /// environment, and the ways to the source and to Connect.
    static Map<String, String> commands(Status status, Map<String, String> properties) {
        Status.Postgres postgres = status.postgres();
        Map<String, String> settings = new LinkedHashMap<>(properties);
        settings.put("quarkus.datasource.password", postgres.users().get(ROLE).password());
        settings.put("duet.delta.s3.secret-key", status.s3().secretKey());
        settings.put("duet.verify.source.url", settings.get("quarkus.datasource.reactive.url"));
        settings.put("duet.verify.source.username", "debezium");
        settings.put(
                "duet.verify.source.password", postgres.users().get("debezium").password());
        settings.put("duet.verify.source.slot", "debezium_slot");
        settings.put("duet.verify.source.publication", "dbz_pub");
        settings.put("duet.connect.url", status.connect().url());
        settings.put("duet.connect.connector", "duet-source");
        return settings;
    }

    static Map<String, String> environment(Status status) {
        return Map.of(
                "QUARKUS_DATASOURCE_PASSWORD",
                status.postgres().users().get(ROLE).password(),
                "DUET_DELTA_S3_SECRET_KEY",
                status.s3().secretKey());
    }

    /// What the JVM needs, and its settings.
    ///
    /// @param javaVersion of the JVM that runs the service; 23 and later warn about Kafka's and Netty's `Unsafe`
    static List<String> jvmOptions(int javaVersion, Map<String, String> properties) {
        List<String> options =
                new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        if (javaVersion >= 23) {
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        properties.forEach((key, value) -> options.add("-D" + key + "=" + value));
        return options;
    }
}
