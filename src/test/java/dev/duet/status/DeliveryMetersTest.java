package dev.duet.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.OpenTransaction;
import dev.duet.delivery.ReadTo;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What alerts go by. */
class DeliveryMetersTest {
    private static final TopicPartition P = new TopicPartition("s.public.t", 0, 0);

    private final SetClock clock = new SetClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final DeliveryMeters meters = new DeliveryMeters(registry, clock);

    @Test
    void aMarkerAtTheEndIsNoLag() {
        meters.started(Map.of(P, 0L));
        meters.endsAt(Map.of(P, 6L)); // five records and the marker of their transaction
        meters.readTo(Map.of(P, new ReadTo(0, 0)));
        assertThat(lag()).isEqualTo(6);
        meters.accepted(piece(0, 5));
        meters.readTo(Map.of(P, new ReadTo(5, 6)));
        meters.delivered(Map.of(P, 4L));
        assertThat(lag()).as("a record is on its way").isEqualTo(2);
        meters.delivered(Map.of(P, 5L));
        assertThat(lag()).isZero();
    }

    @Test
    void recordsThatAreNotFetchedAreLag() {
        meters.started(Map.of(P, 0L));
        meters.accepted(piece(0, 5));
        meters.delivered(Map.of(P, 5L));
        meters.endsAt(Map.of(P, 6L));
        meters.readTo(Map.of(P, new ReadTo(5, 5)));
        assertThat(lag()).isEqualTo(1);
        meters.readTo(Map.of(P, new ReadTo(5, 6)));
        assertThat(lag()).isZero();
        meters.stopped(null, Set.of(P), "a wrong type");
        assertThat(lag())
                .as("whether a stopped partition has more, nobody looks")
                .isEqualTo(1);
    }

    @Test
    void theAgeOfAnOpenTransactionIsAGauge() {
        meters.openTransactions(
                Map.of(P, new OpenTransaction(3, 1006, clock.instant().minusSeconds(90), "")));
        assertThat(registry.get("duet.transaction").gauge().value()).isEqualTo(90);
        assertThat(registry.get("duet.transaction.records").gauge().value()).isEqualTo(1006);
        meters.openTransactions(Map.of());
        assertThat(registry.get("duet.transaction").gauge().value()).isZero();
    }

    private double lag() {
        return registry.get("duet.lag.records").gauge().value();
    }

    private static PartitionChanges piece(long first, long next) {
        Offsets filtered = Offsets.of(LongStream.range(first, next).toArray());
        return new PartitionChanges(P, first, next, next - first, List.of(), filtered, Offsets.NONE, 0);
    }
}
