package dev.duet.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.junit.jupiter.api.Test;

class ReadingChannelTest {
    @Test
    void thePauseDoublesUpToHalfAMinute() {
        assertThat(ReadingChannel.pauseBefore(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(ReadingChannel.pauseBefore(2)).isEqualTo(Duration.ofSeconds(2));
        assertThat(ReadingChannel.pauseBefore(5)).isEqualTo(Duration.ofSeconds(16));
        assertThat(ReadingChannel.pauseBefore(6)).isEqualTo(Duration.ofSeconds(30));
        assertThat(ReadingChannel.pauseBefore(1_000_000)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aConsumerWhoseInstanceIdAnotherOneHasIsFenced() {
        assertThat(ReadingChannel.isFenced(new KafkaException("poll", new FencedInstanceIdException("taken"))))
                .isTrue();
        assertThat(ReadingChannel.isFenced(new KafkaException("poll"))).isFalse();
    }
}
