package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guarantee: with the settings of docs/configuration.md Kafka, PostgreSQL and S3 are reached by TLS, and by nothing else. */
class TlsIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @TempDir
    private Path folder;

    @Test
    void everyConnectionIsEncrypted() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder);
        String root = "s3a://" + stack.s3Bucket() + "/tls";
        try (EmbeddedStack kafka = EmbeddedStack.own(
                        "kafka", "384m", "--kafka-tls", certificate.pem().toString());
                OwnPostgres postgres = OwnPostgres.start(
                        stack,
                        "ssl=on",
                        "ssl_cert_file=" + certificate.certificate(),
                        "ssl_key_file=" + certificate.key());
                Cable s3 =
                        new Cable("127.0.0.1", URI.create(stack.s3Endpoint()).getPort(), certificate.serverSockets());
                FundHistory history = new FundHistory(kafka.bootstrapServers(), "tls", "funds", 2, 61)) {
            postgres.execute(
                    "postgres",
                    "create role duet login password '" + OwnPostgres.password() + "'",
                    "create database tls owner duet");
            history.snapshot(500);
            history.changes(1000);
            Map<String, String> settings = settings(certificate, kafka, postgres, s3, root);
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                    Connection connection = postgres.connect("tls", "duet")) {
                Checks.awaitDelivered(connection, "tls", history.topic(), history.written(), Duration.ofMinutes(2));
                assertThat(service.health("ready")).isEqualTo(200);
                assertThat(
                                postgres.query(
                                        "tls",
                                        "select count(*) from pg_stat_activity a join pg_stat_ssl s using (pid)"
                                                + " where a.usename = 'duet' and a.application_name not like '%JDBC%' and not s.ssl"))
                        .as("connections without TLS")
                        .isEqualTo("0");
                Checks.mirrorEquals(connection, "public.funds", history.rows());
            }
            Checks.logHoldsEachOnce(
                    IndependentReader.read(stack, root + "/public/funds").getFirst(),
                    history.topic(),
                    history.written());
        }
    }

    private Map<String, String> settings(
            TestCertificate certificate, EmbeddedStack kafka, OwnPostgres postgres, Cable s3, String root)
            throws Exception {
        Map<String, String> settings = ServiceProcess.settings(stack, "tls", "tls", root);
        String authority = certificate.certificate().toString();
        settings.put("kafka.bootstrap.servers", kafka.tlsBootstrapServers());
        settings.put("kafka.security.protocol", "SSL");
        settings.put("kafka.ssl.truststore.type", "PEM");
        settings.put("kafka.ssl.truststore.location", authority);
        settings.put("quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + postgres.port() + "/tls");
        settings.put("quarkus.datasource.password", OwnPostgres.password());
        settings.put("quarkus.datasource.reactive.postgresql.ssl-mode", "verify-full");
        settings.put("quarkus.datasource.reactive.trust-certificate-pem", "true");
        settings.put("quarkus.datasource.reactive.trust-certificate-pem.certs", authority);
        settings.put("quarkus.datasource.reactive.hostname-verification-algorithm", "HTTPS");
        settings.put("duet.delta.s3.endpoint", "https://localhost:" + s3.port());
        settings.put("javax.net.ssl.trustStore", certificate.trustStore().toString());
        settings.put("javax.net.ssl.trustStoreType", "PKCS12");
        settings.put("javax.net.ssl.trustStorePassword", TestCertificate.PASSWORD);
        return settings;
    }
}
