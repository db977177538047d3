package dev.duet.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.TopicPartition;
import dev.duet.delivery.Opening;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.junit.jupiter.api.Test;

class SeeksTest {
    private static final TopicPartition PARTITION = new TopicPartition("seeks-test", 0);
    private static final org.apache.kafka.common.TopicPartition KAFKA = Partitions.toKafka(PARTITION);

    private final Cursors cursors = new Cursors();
    private final Seeks seeks = new Seeks(cursors, "p");

    /** A rewind that began before a rebalance may end after it. Its epoch's records would be dropped for ever. */
    @Test
    void anOvertakenOpeningChangesNothing() {
        try (MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none")) {
            consumer.assign(List.of(KAFKA));
            consumer.updateBeginningOffsets(Map.of(KAFKA, 0L));
            consumer.updateEndOffsets(Map.of(KAFKA, 100L));
            assertThat(seek(consumer, 7, 40).epochs()).containsExactly(Map.entry(PARTITION, 7));
            assertThat(seek(consumer, 6, 30).epochs()).isEmpty();
            assertThat(consumer.position(KAFKA)).isEqualTo(40);
            assertThat(cursors.get(KAFKA)).isEqualTo(new Cursors.Cursor(PARTITION, 7, 40, 0));
            assertThat(seek(consumer, 8, 50).nextOffsets()).containsExactly(Map.entry(PARTITION, 50L));
            assertThat(consumer.position(KAFKA)).isEqualTo(50);
        }
    }

    private Seeks.Result seek(MockConsumer<byte[], byte[]> consumer, int epoch, long next) {
        return seeks.seek(consumer, Map.of(PARTITION, new Opening(epoch, OptionalLong.of(next))));
    }
}
