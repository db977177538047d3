package dev.duet.intake;

import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Where each partition's next piece begins. Set by a seek, moved on by the decoding thread. */
@Singleton
final class Cursors {
    /**
     * @param partition what the other rooms call it
     * @param epoch the epoch that the seek began
     * @param nextOffset the consumer's position before the next record
     * @param records how many records were taken since the seek
     */
    record Cursor(dev.duet.change.TopicPartition partition, int epoch, long nextOffset, long records) {}

    private final Map<TopicPartition, Cursor> cursors = new ConcurrentHashMap<>();

    void set(dev.duet.change.TopicPartition partition, int epoch, long nextOffset) {
        cursors.put(Partitions.toKafka(partition), new Cursor(partition, epoch, nextOffset, 0));
    }

    @Nullable
    Cursor get(TopicPartition partition) {
        return cursors.get(partition);
    }

    /** Unless a seek came in between. */
    void moveOn(TopicPartition partition, Cursor from, long nextOffset, long records) {
        boolean unused = cursors.replace(
                partition, from, new Cursor(from.partition(), from.epoch(), nextOffset, from.records() + records));
    }

    void remove(TopicPartition partition) {
        cursors.remove(partition);
    }
}
