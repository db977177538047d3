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

/**
 * Marks the first record of each partition in each poll with the partition's epoch. Polled records wait in a queue of the
 * messaging framework, so after a seek there may be records from before it, and their offsets don't tell. The epoch is set on the
 * polling thread together with the seek, and this runs on the same thread, so the mark does tell.
 *
 * <p>Kafka makes the instance; one process has one consumer, hence the static state.
 */
@RegisterForReflection
public final class PollEpochs implements ConsumerInterceptor<byte[], byte[]> {
    static final int NONE = -1;
    private static final String HEADER = "__duet.epoch";
    private static final Map<TopicPartition, Integer> EPOCHS = new ConcurrentHashMap<>();

    /** On the polling thread only, together with the seek. */
    static void set(TopicPartition partition, int epoch) {
        EPOCHS.put(partition, epoch);
    }

    /** Whether this partition has been sought in a newer epoch than this one. On the polling thread only. */
    static boolean isOvertaken(TopicPartition partition, int epoch) {
        return EPOCHS.getOrDefault(partition, NONE) > epoch;
    }

    /** The epoch in which these records of one partition were polled, or {@link #NONE}. */
    static int epochOf(List<ConsumerRecord<byte[], byte[]>> records) {
        Header mark = records.getFirst().headers().lastHeader(HEADER);
        return mark == null ? NONE : ByteBuffer.wrap(mark.value()).getInt();
    }

    static boolean isMark(Header header) {
        return header.key().equals(HEADER);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            Integer epoch = EPOCHS.get(partition);
            if (epoch != null) {
                records.records(partition)
                        .getFirst()
                        .headers()
                        .remove(HEADER)
                        .add(
                                HEADER,
                                ByteBuffer.allocate(Integer.BYTES).putInt(epoch).array());
            }
        }
        return records;
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
