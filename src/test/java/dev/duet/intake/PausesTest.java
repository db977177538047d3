package dev.duet.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.delivery.Extent;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static final TopicPartition A0 = new TopicPartition("a", 0);
    private static final TopicPartition A1 = new TopicPartition("a", 1);
    private static final TopicPartition B0 = new TopicPartition("b", 0);

    private final Pauses pauses = new Pauses();

    @Test
    void theWordAboutLessCountsFirst() {
        pauses.set(new Extent.All(), true);
        pauses.set(new Extent.Topics(Set.of("a")), false);
        pauses.set(new Extent.Partition("a", 1), true);
        assertThat(pauses.hold(A0)).isFalse();
        assertThat(pauses.hold(A1)).isTrue();
        assertThat(pauses.hold(B0)).isTrue();
    }

    @Test
    void aLaterWordAboutMoreReplacesThoseAboutLess() {
        pauses.set(new Extent.Partition("a", 0), true);
        pauses.set(new Extent.Topics(Set.of("a")), false);
        assertThat(pauses.hold(A0)).isFalse();
        pauses.set(new Extent.Topics(Set.of("b")), true);
        pauses.set(new Extent.All(), false);
        assertThat(pauses.hold(B0)).isFalse();
    }
}
