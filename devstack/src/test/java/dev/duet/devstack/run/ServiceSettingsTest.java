package dev.duet.devstack.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.duet.devstack.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceSettingsTest {

    private static final Status STATUS = new Status(
            1,
            new Status.Postgres("127.0.0.1", 5, "finance", Map.of("duet", new Status.User("hush-postgres"))),
            new Status.Kafka("127.0.0.1:6", null),
            new Status.Connect("http://127.0.0.1:7"),
            new Status.S3("http://127.0.0.1:8", "lake", "us-east-1", "local", "hush-s3", "/data/s3"),
            null);

    @Test
    void keepsSecretsOffTheCommandLine() {
        List<String> options = ServiceSettings.jvmOptions(25, ServiceSettings.properties(STATUS, 8080, Map.of()));
        assertFalse(options.toString().contains("hush"), options.toString());
        assertEquals(
                Map.of("QUARKUS_DATASOURCE_PASSWORD", "hush-postgres", "DUET_DELTA_S3_SECRET_KEY", "hush-s3"),
                ServiceSettings.environment(STATUS));
    }

    @Test
    void letsTheUsersOptionsWin() {
        Map<String, String> properties =
                ServiceSettings.properties(STATUS, 8080, Map.of("duet.delta.commit-interval", "1m", "a.b", "c=d"));
        assertEquals("1m", properties.get("duet.delta.commit-interval"));
        assertTrue(ServiceSettings.jvmOptions(25, properties).contains("-Da.b=c=d"));
    }

    @Test
    void givesOlderJvmsNoOptionThatTheyRefuse() {
        String option = "--sun-misc-unsafe-memory-access=allow";
        assertFalse(ServiceSettings.jvmOptions(21, Map.of()).contains(option));
        assertTrue(ServiceSettings.jvmOptions(23, Map.of()).contains(option));
    }
}
