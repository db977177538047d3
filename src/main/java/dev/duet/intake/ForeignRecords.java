package dev.duet.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duet.envelope.Decoded;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Records that a Duet pipeline wrote and that are no change events: dead letters, events of deliveries, imports that are not for this
 * pipeline. A wide expression in {@code duet.source.topics} brings those of other pipelines. They hold no row for this one, and as
 * dead letters they would travel between pipelines for ever. Their topic is named once in the log.
 *
 * <p>Not thread-safe.
 */
final class ForeignRecords {
    private static final Logger LOG = Logger.getLogger("dev.duet");

    private final @Nullable String imports;
    private final Set<String> told = new HashSet<>();

    /** @param imports what the names of the import topics that are read begin with; null if none is */
    ForeignRecords(@Nullable String imports) {
        this.imports = imports;
    }

    /** Whether it is known before decoding that the record is no change event. */
    boolean isForeign(ConsumerRecord<byte[], byte[]> record) {
        if (isDeadLetter(record)) {
            return tell(record.topic(), "dead letters");
        }
        return isImport(record)
                && tell(
                        record.topic(),
                        "rows that duet import wrote for another pipeline, or for none while"
                                + " duet.source.imports is false");
    }

    /** Whether a record that could not be decoded is another pipeline's event of a delivery. */
    boolean isForeign(ConsumerRecord<byte[], byte[]> record, Decoded decoded) {
        return decoded instanceof Decoded.Malformed
                && record.topic().endsWith(".deliveries")
                && holds(record.value(), "pipeline")
                && holds(record.value(), "partitions")
                && holds(record.value(), "delivered")
                && tell(record.topic(), "the events of deliveries");
    }

    /** A letter that was sent again stands in the topic that its header names, perhaps behind a prefix that mirroring gave it. */
    private static boolean isDeadLetter(ConsumerRecord<byte[], byte[]> record) {
        if (record.headers().lastHeader(Letters.SETTLED) != null) {
            return true;
        }
        if (record.headers().lastHeader(DeadLetters.REASON) == null) {
            return false;
        }
        Header from = record.headers().lastHeader(DeadLetters.TOPIC);
        if (from == null || from.value() == null) {
            return false; // anybody's header: the record is judged by its content
        }
        String topic = new String(from.value(), UTF_8);
        return !record.topic().equals(topic) && !record.topic().endsWith("." + topic);
    }

    private boolean isImport(ConsumerRecord<byte[], byte[]> record) {
        return record.topic().contains(".import.")
                && (imports == null || !record.topic().startsWith(imports))
                && holds(record.value(), "\"duet-import\"");
    }

    private boolean tell(String topic, String what) {
        if (told.add(topic)) {
            LOG.warnf(
                    "event=not-a-source topic=%s reason=\"holds %s; its records are counted as filtered. Leave the topic out of"
                            + " duet.source.topics\"",
                    topic, what);
        }
        return true;
    }

    private static boolean holds(byte @Nullable [] value, String text) {
        if (value == null) {
            return false;
        }
        byte[] wanted = text.getBytes(UTF_8);
        for (int start = 0; start + wanted.length <= value.length; start++) {
            int i = 0;
            while (i < wanted.length && value[start + i] == wanted[i]) {
                i++;
            }
            if (i == wanted.length) {
                return true;
            }
        }
        return false;
    }
}
