package dev.duet.change;

import org.jspecify.annotations.Nullable;

/**
 * One change of one row, as decoded from one record.
 *
 * @param schema the table and its columns at this point of the stream
 * @param op what happened
 * @param row the row after the change; for a delete the key's columns alone, all others null (what else Debezium puts into
 *     {@code before} is invented unless the replica identity is full), of a table without a key the whole row; null for a truncate only
 * @param source where and when the source made the change
 * @param partition the partition that the record was read from
 * @param offset the record's offset in it
 * @param bytes about how much memory this change holds, for bounding queues
 */
public record RowChange(
        TableSchema schema,
        Op op,
        @Nullable Row row,
        SourcePosition source,
        TopicPartition partition,
        long offset,
        int bytes) {

    public TableId table() {
        return schema.table();
    }

    /** The same change, from a record that was a dead letter and was sent again. */
    public RowChange sentAgain() {
        SourcePosition late = new SourcePosition(source.lsn(), source.txId(), source.tsMicros(), true);
        return new RowChange(schema, op, row, late, partition, offset, bytes);
    }

    /** Names the record, never its values. */
    @Override
    public String toString() {
        return op + " of " + table() + " at " + partition + "@" + offset;
    }
}
