package dev.duet.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duet.intake.Letters.Letter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Which letters were overtaken: those whose key has a later change in the partition where they were read. Told by the bytes of the keys,
 * so that it needs no letter to be understood. Tombstones say nothing of their own; records that are dead letters themselves, or such ones
 * sent again, are as late as the place where they were read first.
 */
final class LaterRecords {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String letters;
    private final Map<ByteBuffer, List<Letter>> byKey = new HashMap<>();
    private final Set<String> unread = new HashSet<>();
    private final Map<Letter, Long> found = new LinkedHashMap<>();

    LaterRecords(KafkaConsumer<byte[], byte[]> consumer, String letters) {
        this.consumer = consumer;
        this.letters = letters;
    }

    /**
     * For each overtaken letter the offset of the last later record that is there.
     *
     * @param all the letters of the topic, whatever was done with them
     * @param chosen of these
     */
    Map<Letter, Long> of(Collection<Letter> all, Collection<Letter> chosen) {
        Map<TopicPartition, Long> from = new HashMap<>();
        all.forEach(letter -> unread.add(place(letter.topic(), letter.sourcePartition(), letter.sourceOffset())));
        chosen.forEach(letter -> from.merge(
                new TopicPartition(letter.topic(), letter.sourcePartition()),
                Math.max(letter.firstOffset(), 0) + 1,
                Math::min));
        readKeys(chosen);
        Set<TopicPartition> there = new HashSet<>();
        from.keySet().stream()
                .map(TopicPartition::topic)
                .distinct()
                .forEach(topic -> there.addAll(TopicScan.partitions(consumer, topic)));
        from.keySet().retainAll(there);
        if (!from.isEmpty() && !byKey.isEmpty()) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
            consumer.beginningOffsets(from.keySet())
                    .forEach((partition, first) -> from.merge(partition, first, Math::max));
            from.entrySet().removeIf(entry -> entry.getValue() >= ends.getOrDefault(entry.getKey(), 0L));
        }
        if (!from.isEmpty() && !byKey.isEmpty()) {
            TopicScan.toEnd(consumer, from, this::look);
        }
        return found;
    }

    private void readKeys(Collection<Letter> chosen) {
        Map<String, Letter> wanted = new HashMap<>();
        Map<TopicPartition, Long> from = new HashMap<>();
        for (Letter letter : chosen) {
            wanted.put(place(letters, letter.partition(), letter.offset()), letter);
            from.merge(new TopicPartition(letters, letter.partition()), letter.offset(), Math::min);
        }
        if (from.isEmpty()) {
            return;
        }
        TopicScan.toEnd(consumer, from, record -> {
            Letter letter = wanted.remove(place(record.topic(), record.partition(), record.offset()));
            if (letter != null && record.key() != null) {
                byKey.computeIfAbsent(ByteBuffer.wrap(record.key()), key -> new ArrayList<>(1))
                        .add(letter);
            }
            return !wanted.isEmpty();
        });
    }

    private boolean look(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return true;
        }
        Long first = firstOffset(record);
        boolean isLetter = unread.contains(place(record.topic(), record.partition(), record.offset()));
        for (Letter letter : byKey.getOrDefault(ByteBuffer.wrap(record.key()), List.of())) {
            boolean later = first == null ? !isLetter : first > letter.firstOffset() && !isLetter;
            if (later
                    && letter.topic().equals(record.topic())
                    && letter.sourcePartition() == record.partition()
                    && record.offset() > letter.firstOffset()) {
                found.put(letter, record.offset());
            }
        }
        return true;
    }

    /** Where a letter that was sent again was read first; null if it is none. */
    private static @Nullable Long firstOffset(ConsumerRecord<byte[], byte[]> record) {
        for (Header header : record.headers().headers("__duet.offset")) {
            String text = header.value() == null ? "" : new String(header.value(), UTF_8);
            return text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
        }
        return null;
    }

    private static String place(String topic, int partition, long offset) {
        return topic + "-" + partition + "@" + offset;
    }
}
