package dev.duet.intake;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Marks the first record of each partition in each poll with the partition's epoch, and with the number of records that were polled
 * before it in this epoch. Polled records wait in a queue of the messaging framework, so after a seek there may be records from
 * before it, and their offsets don't tell: the epoch does. Nor do offsets tell whether a whole poll got lost on the way, since holes
 * are normal: the number does.
 *
 * <p>The epoch is set on the polling thread together with the seek, and this runs on the same thread. Kafka makes the instance; one
 * process has one consumer, hence the static state.
 */
@RegisterForReflection
public final class PollEpochs implements ConsumerInterceptor<byte[], byte[]> {
    /**
     * What the first record of a poll carries.
     *
     * @param epoch the epoch in which it was polled
     * @param recordsBefore how many records of the partition were polled before it in this epoch
     */
    record Mark(int epoch, long recordsBefore) {
        /** Of records from before the first seek. */
        static final Mark NONE = new Mark(-1, 0);

        private static Mark parse(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new Mark(buffer.getInt(), buffer.getLong());
        }

        private byte[] bytes() {
            return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .putInt(epoch)
                    .putLong(recordsBefore)
                    .array();
        }
    }

    private static final String HEADER = "__duet.epoch";
    private static final Map<TopicPartition, Mark> NEXT = new ConcurrentHashMap<>();

    /** On the polling thread only, together with the seek. */
    static void set(TopicPartition partition, int epoch) {
        NEXT.put(partition, new Mark(epoch, 0));
    }

    /** Whether this partition has been sought in a newer epoch than this one. On the polling thread only. */
    static boolean isOvertaken(TopicPartition partition, int epoch) {
        return NEXT.getOrDefault(partition, Mark.NONE).epoch() > epoch;
    }

    /** The mark of a poll's records of one partition, or {@link Mark#NONE}. */
    static Mark of(List<ConsumerRecord<byte[], byte[]>> records) {
        Header mark = records.getFirst().headers().lastHeader(HEADER);
        return mark == null ? Mark.NONE : Mark.parse(mark.value());
    }

    static boolean isMark(Header header) {
        return header.key().equals(HEADER);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        for (TopicPartition partition : polled.partitions()) {
            Mark mark = NEXT.get(partition);
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            Headers first =
                    records.getFirst().headers().remove(HEADER); // a record may come with one, written by anybody
            if (mark != null) {
                first.add(HEADER, mark.bytes());
                NEXT.put(partition, new Mark(mark.epoch(), mark.recordsBefore() + records.size()));
            }
        }
        return polled;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // Offsets are committed from the sinks' positions; nothing depends on it.
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // Nothing to configure.
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
