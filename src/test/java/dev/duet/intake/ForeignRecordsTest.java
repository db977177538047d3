package dev.duet.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.envelope.Decoded;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class ForeignRecordsTest {
    private static final Decoded MALFORMED = new Decoded.Malformed("no envelope");
    private static final String EVENT =
            "{\"pipeline\":\"a\",\"partitions\":[],\"rows\":{},\"delivered\":\"2026-11-28T12:00:05.301Z\"}";

    private final ForeignRecords foreign = new ForeignRecords("funds.import.");

    @Test
    void aDeadLetterInItsTopicIsForeignAndOneSentAgainIsNot() {
        ConsumerRecord<byte[], byte[]> letter = record("letters", "{}");
        letter.headers().add("__duet.reason", bytes("why")).add("__duet.topic", bytes("pgsrc.public.a"));
        assertThat(foreign.isForeign(letter)).isTrue();
        for (String topic : new String[] {"pgsrc.public.a", "mirrored.pgsrc.public.a"}) {
            ConsumerRecord<byte[], byte[]> again = record(topic, "{}");
            letter.headers().forEach(again.headers()::add);
            assertThat(foreign.isForeign(again)).as(topic).isFalse();
        }
    }

    @Test
    void theMarkOfASettledLetterIsForeign() {
        ConsumerRecord<byte[], byte[]> mark = new ConsumerRecord<>("letters", 0, 0, null, null);
        mark.headers().add("__duet.settled", bytes("0:1"));
        assertThat(foreign.isForeign(mark)).isTrue();
    }

    @Test
    void headersWithoutAValueSayNothing() {
        ConsumerRecord<byte[], byte[]> record = record("pgsrc.public.a", "{}");
        record.headers().add("__duet.reason", null).add("__duet.topic", null);
        assertThat(foreign.isForeign(record)).isFalse();
    }

    @Test
    void importsAreForeignUnlessTheyAreThisPipelines() {
        String row = "{\"payload\":{\"source\":{\"name\":\"duet-import\"}}}";
        assertThat(foreign.isForeign(record("funds.import.public.a", row))).isFalse();
        assertThat(foreign.isForeign(record("others.import.public.a", row))).isTrue();
        assertThat(new ForeignRecords(null).isForeign(record("funds.import.public.a", row)))
                .isTrue();
        // A table of a schema named import.
        assertThat(foreign.isForeign(record("pgsrc.import.a", "{\"source\":{\"name\":\"pgsrc\"}}")))
                .isFalse();
    }

    @Test
    void eventsOfDeliveriesAreForeignIfTheyCanNotBeDecoded() {
        assertThat(foreign.isForeign(record("others.deliveries", EVENT), MALFORMED))
                .isTrue();
        assertThat(foreign.isForeign(record("pgsrc.public.deliveries", "not json"), MALFORMED))
                .isFalse();
        assertThat(foreign.isForeign(record("pgsrc.public.a", EVENT), MALFORMED))
                .isFalse();
        assertThat(foreign.isForeign(record("others.deliveries", EVENT), new Decoded.NoRow(Decoded.Kind.TOMBSTONE)))
                .isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, String value) {
        return new ConsumerRecord<>(topic, 0, 0, bytes("{\"id\":1}"), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
