package dev.duet.intake;

import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Delivery;
import dev.duet.delivery.TableStoppedException;
import dev.duet.envelope.DebeziumDecoder;
import dev.duet.envelope.Decoded;
import dev.duet.envelope.RecordHeaders;
import dev.duet.transform.Outcome;
import dev.duet.transform.Transforms;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** One poll's records to what delivery takes. On the decoding thread only. */
final class BatchDecoder {
    /**
     * A partition whose next record can't be read until an operator has done something.
     *
     * @param table the table concerned, null if it is none in particular
     * @param reason what, why and what to do
     */
    record Block(TopicPartition partition, @Nullable TableId table, String reason) {}

    /**
     * @param reads what to deliver, by partition
     * @param letters what must be in the dead-letter topic before that
     * @param blocks where reading stops after that
     */
    record Result(List<Delivery.Read> reads, List<DeadLetters.Letter> letters, List<Block> blocks) {
        /** The rest, if these partitions must not be taken. */
        Result without(Set<TopicPartition> dropped) {
            Set<org.apache.kafka.common.TopicPartition> kafka = Partitions.toKafka(dropped);
            return new Result(
                    reads.stream()
                            .filter(read -> !dropped.contains(read.changes().partition()))
                            .toList(),
                    letters.stream()
                            .filter(letter -> !kafka.contains(new org.apache.kafka.common.TopicPartition(
                                    letter.record().topic(), letter.record().partition())))
                            .toList(),
                    blocks.stream()
                            .filter(block -> !dropped.contains(block.partition()))
                            .toList());
        }
    }

    private final DebeziumDecoder decoder;
    private final Transforms transforms;
    private final Cursors cursors;
    private final ForeignRecords foreign;
    private final long maxRecordBytes;

    /** @param maxRecordBytes a larger value is not decoded */
    BatchDecoder(
            DebeziumDecoder decoder,
            Transforms transforms,
            Cursors cursors,
            ForeignRecords foreign,
            long maxRecordBytes) {
        this.foreign = foreign;
        this.decoder = decoder;
        this.transforms = transforms;
        this.cursors = cursors;
        this.maxRecordBytes = maxRecordBytes;
    }

    Result decode(ConsumerRecords<byte[], byte[]> polled) {
        Result result = new Result(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (org.apache.kafka.common.TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            Cursors.Cursor cursor = cursors.get(partition);
            PollEpochs.Mark mark = PollEpochs.of(records);
            if (cursor == null || cursor.epoch() != mark.epoch()) {
                continue; // polled before the last seek: the same records come again
            }
            if (cursor.records() != mark.recordsBefore() || records.getFirst().offset() < cursor.nextOffset()) {
                result.blocks().add(lost(cursor, mark, records.getFirst().offset()));
                continue;
            }
            OffsetAndMetadata position = polled.nextOffsets().get(partition);
            PartitionChanges changes = decode(records, cursor, position, result);
            cursors.moveOn(partition, cursor, changes.nextOffset(), records.size());
            result.reads().add(new Delivery.Read(cursor.epoch(), changes));
        }
        return result;
    }

    /** Holes are normal, but a poll that did not arrive, or one that begins again below the last, is not. */
    private static Block lost(Cursors.Cursor cursor, PollEpochs.Mark mark, long firstOffset) {
        return new Block(
                cursor.partition(),
                null,
                "after " + cursor.records() + " records of " + cursor.partition() + " up to offset "
                        + cursor.nextOffset() + " come those from offset " + firstOffset + ", before which "
                        + mark.recordsBefore() + " were polled; they are not taken but read again from the stored"
                        + " position. Please report this as a defect");
    }

    /** A table whose columns can't be told, because its target table is unusable, is one that can't be read. */
    private Decoded decode(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        if (foreign.isForeign(record)) {
            return new Decoded.NoRow(Decoded.Kind.FILTERED);
        }
        try {
            Decoded decoded =
                    decoder.decode(partition, record.offset(), record.key(), record.value(), headers(record.headers()));
            if (foreign.isForeign(record, decoded)) {
                return new Decoded.NoRow(Decoded.Kind.FILTERED);
            }
            if (!(decoded instanceof Decoded.Change change)) {
                return decoded;
            }
            return transformed(
                    DeadLetters.isSentAgain(record)
                            ? new Decoded.Change(change.change().sentAgain())
                            : change);
        } catch (TableStoppedException e) {
            return new Decoded.Blocked(e.table(), String.valueOf(e.getMessage()));
        }
    }

    static RecordHeaders headers(Headers headers) {
        return name -> {
            Header header = headers.lastHeader(name);
            return header == null ? null : header.value();
        };
    }

    private Decoded transformed(Decoded.Change change) {
        return switch (transforms.apply(change.change())) {
            case Outcome.Changed(RowChange result) -> result == change.change() ? change : new Decoded.Change(result);
            case Outcome.Filtered ignored -> new Decoded.NoRow(Decoded.Kind.FILTERED);
            case Outcome.Unfitting(String reason) -> new Decoded.Malformed(reason);
            case Outcome.Stopped(TableId table, String reason) -> new Decoded.Blocked(table, reason);
        };
    }

    static long size(ConsumerRecord<byte[], byte[]> record) {
        return (record.key() == null ? 0 : (long) record.key().length)
                + (record.value() == null ? 0 : record.value().length);
    }

    private String tooLarge(ConsumerRecord<byte[], byte[]> record) {
        return "the record at offset " + record.offset() + " has " + size(record)
                + " bytes, more than duet.source.max-record-bytes (" + maxRecordBytes
                + "), so it was not decoded; set that to at least its size, give the JVM six times as much heap, and restart Duet";
    }

    private PartitionChanges decode(
            List<ConsumerRecord<byte[], byte[]>> records,
            Cursors.Cursor cursor,
            @Nullable OffsetAndMetadata position,
            Result result) {
        TopicPartition partition = cursor.partition();
        List<RowChange> changes = new ArrayList<>(records.size());
        LongStream.Builder filtered = LongStream.builder();
        LongStream.Builder deadLettered = LongStream.builder();
        long read = 0;
        long bytes = 0;
        long next = Math.max(records.getLast().offset() + 1, position == null ? 0 : position.offset());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (size(record) > maxRecordBytes) {
                result.blocks().add(new Block(partition, null, tooLarge(record)));
                next = record.offset();
                break;
            }
            Decoded decoded = decode(partition, record);
            if (decoded instanceof Decoded.Blocked blocked) {
                result.blocks().add(new Block(partition, blocked.table(), blocked.reason()));
                next = record.offset();
                break;
            }
            read++;
            switch (decoded) {
                case Decoded.Change change -> {
                    changes.add(change.change());
                    bytes += change.change().bytes();
                }
                case Decoded.NoRow none -> filtered.add(record.offset());
                case Decoded.Malformed malformed -> {
                    deadLettered.add(record.offset());
                    result.letters().add(new DeadLetters.Letter(record, malformed.reason()));
                }
                case Decoded.Blocked blocked -> throw new IllegalStateException("handled above");
            }
        }
        return new PartitionChanges(
                partition,
                cursor.nextOffset(),
                next,
                read,
                changes,
                Offsets.of(filtered.build().toArray()),
                Offsets.of(deadLettered.build().toArray()),
                bytes);
    }
}
