package dev.duet.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    void secretsAreHiddenByTheirKeys() {
        for (String key : new String[] {
            "quarkus.datasource.password",
            "duet.delta.s3.secret-key",
            "duet.delta.s3.access-key",
            "duet.source.registry.token",
            "kafka.sasl.jaas.config",
            "duet.transform.funds.salt",
            "quarkus.security.users.embedded.users.vera",
            "quarkus.oidc.credentials.secret",
            "kafka.ssl.keystore.Key"
        }) {
            assertThat(Configuration.shown(key, "s3cret")).as(key).isEqualTo(Configuration.HIDDEN);
        }
    }

    @Test
    void passwordsInAddressesAreHidden() {
        assertThat(Configuration.shown("duet.source.registry.url", "https://duet:s3cret@registry:8081/x"))
                .doesNotContain("s3cr")
                .contains("registry:8081/x");
        assertThat(Configuration.shown("duet.x", "postgresql://db/w?user=a&password=s3cret&ssl=true"))
                .isEqualTo("postgresql://db/w?user=a&password=(hidden)&ssl=true");
        assertThat(Configuration.shown("duet.x", "PLAIN required username=\"a\" password=\"b c\";"))
                .doesNotContain("b c");
    }

    @Test
    void allElseIsShown() {
        assertThat(Configuration.shown("duet.pipeline", "funds")).isEqualTo("funds");
        assertThat(Configuration.shown("quarkus.datasource.reactive.url", "postgresql://db:5432/warehouse"))
                .isEqualTo("postgresql://db:5432/warehouse");
        assertThat(Configuration.shown("mp.messaging.incoming.changes.key.deserializer", "a.B"))
                .isEqualTo("a.B");
    }
}
