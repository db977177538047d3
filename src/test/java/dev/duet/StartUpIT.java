package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.delta.FaultyProxy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Guarantee: a wrong or missing setting ends the start with one sentence that names the key and the fix. */
class StartUpIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void eachMissingKeyIsNamed() throws Exception {
        for (String key : new String[] {
            "duet.pipeline",
            "duet.source.topics",
            "duet.delta.root",
            "kafka.bootstrap.servers",
            "quarkus.datasource.reactive.url"
        }) {
            Map<String, String> settings = settings();
            settings.remove(key);
            assertRefused(settings, key + " is missing: ");
        }
    }

    @Test
    void eachWrongValueIsNamed() throws Exception {
        assertRefused(with("duet.pipeline", "a b"), "duet.pipeline is 'a b': ");
        assertRefused(with("duet.source.topics", "pgsrc.("), "duet.source.topics is neither ");
        assertRefused(
                with("duet.source.topics", "pgsrc.public.a, start-up.dead-letters"),
                "duet.source.topics names start-up.dead-letters, ");
        assertRefused(with("duet.delta.root", "/tmp/lake"), "duet.delta.root ");
        assertRefused(
                with("quarkus.datasource.reactive.url", "mysql://h/db"), "quarkus.datasource.reactive.url is not ");
        assertRefused(
                with("duet.source.columns.\"public.x\"", "id geometry"),
                "duet.source.columns.\"public.x\": 'id geometry' ");
        assertRefused(with("duet.source.flattened-topics", "flat.("), "duet.source.flattened-topics is neither ");
        assertRefused(with("duet.source.registry.url", "registry:8081"), "duet.source.registry.url is no address");
        assertRefused(with("duet.transform.x.drop", "a"), "duet.transform.x.tables is missing: ");
        assertRefused(with("duet.postgres.table", "{nonsense}"), "duet.postgres.table ");
        assertRefused(with("duet.postgres.modes.\"x\"", "trail"), "duet.postgres.modes.\"x\": 'x' has no schema");
        assertRefused(with("duet.failpoint.at", "log-putt"), "duet.failpoint.at names the fail point 'log-putt'");
    }

    @Test
    void anUnknownKeyIsNamed() throws Exception {
        assertRefused(with("duet.delta.comit-interval", "1s"), "duet.delta.comit-interval");
    }

    @Test
    void aStoreThatIgnoresConditionalPutIsRefused() throws Exception {
        try (FaultyProxy careless = new FaultyProxy(stack.s3Endpoint())) {
            careless.faults(
                    request -> request.conditional() ? FaultyProxy.Fate.CONDITION_IGNORED : FaultyProxy.Fate.PASS);
            assertRefused(with("duet.delta.s3.endpoint", careless.endpoint()), "If-None-Match");
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings =
                ServiceProcess.settings(stack, "start-up", "finance", "s3a://" + stack.s3Bucket() + "/start-up");
        settings.put("duet.source.topics", "nothing.here");
        return settings;
    }

    private Map<String, String> with(String key, String value) {
        Map<String, String> settings = settings();
        settings.put(key, value);
        return settings;
    }

    private static void assertRefused(Map<String, String> settings, String sentence) throws Exception {
        try (ServiceProcess service = ServiceProcess.start(settings)) {
            assertThat(service.awaitExit(Duration.ofSeconds(60)))
                    .as("exit code")
                    .isNotZero();
            assertThat(service.log()).contains(sentence).doesNotContain("\tat ");
        }
    }
}
