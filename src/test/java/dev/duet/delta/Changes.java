package dev.duet.delta;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes for tests. */
final class Changes {
    static final long NOON = 1_767_268_800_000_000L; // 2026-01-01T12:00Z
    static final TableSchema ORDERS = orders("orders");

    private Changes() {}

    static TableSchema orders(String table) {
        return new TableSchema(
                new TableId("public", table),
                List.of(
                        new Column("id", new ColumnType.Int64()),
                        new Column("note", new ColumnType.Text(0)),
                        new Column("amount", new ColumnType.Decimal(12, 2))),
                List.of(0));
    }

    static TopicPartition partition(int number) {
        return new TopicPartition("shop.public.orders", number);
    }

    static RowChange change(TableSchema schema, Op op, @Nullable Row row, int partition, long offset, long micros) {
        return new RowChange(
                schema, op, row, new SourcePosition(1000 + offset, 7, micros), partition(partition), offset, 100);
    }

    static RowChange order(TableSchema schema, int partition, long offset) {
        Row row = Row.of(offset, "note " + offset, new java.math.BigDecimal(offset + ".25"));
        return change(schema, Op.CREATE, row, partition, offset, NOON);
    }

    static PartitionChanges link(int partition, long first, long next, List<RowChange> changes) {
        return new PartitionChanges(
                partition(partition), first, next, changes.size(), changes, Offsets.NONE, Offsets.NONE, 100);
    }

    /** Orders with all offsets of the range. */
    static PartitionChanges orders(TableSchema schema, int partition, long first, long next) {
        List<RowChange> changes = new ArrayList<>();
        for (long offset = first; offset < next; offset++) {
            changes.add(order(schema, partition, offset));
        }
        return link(partition, first, next, changes);
    }

    static ChangeBatch batch(PartitionChanges... links) {
        return ChangeBatch.of(List.of(links));
    }
}
