package dev.duet.devstack.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MetricsTest {

    @Test
    void takesTheLargestOfTheSamplesThatMatch() {
        Metrics metrics = new Metrics("""
                # TYPE duet_source_lag_seconds gauge
                duet_source_lag_seconds{partition="0",sink="delta",topic="t"} 2.5
                duet_source_lag_seconds{partition="1",sink="delta",topic="t"} 1.0E-1
                duet_source_lag_seconds{partition="0",sink="postgres",topic="t"} 9.0
                """);
        assertEquals(OptionalDouble.of(2.5), metrics.largest("duet_source_lag_seconds", "sink=\"delta\""));
        assertEquals(OptionalDouble.empty(), metrics.largest("duet_source_lag_seconds", "sink=\"x\""));
        assertEquals(OptionalDouble.empty(), new Metrics("").largest("duet_source_lag_seconds", ""));
    }
}
