package dev.duet.postgres;

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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes changes as a source table would, in any number of partitions of one topic. */
final class Source {
    private final String topic;
    private final Map<Integer, Long> next = new HashMap<>();
    private final Map<Integer, List<RowChange>> pending = new HashMap<>();
    private long tsMicros = 1_700_000_000_123_000L;

    Source(String topic) {
        this.topic = topic;
    }

    static TableSchema schema(String table, int keys, Column... columns) {
        return new TableSchema(
                new TableId("app", table),
                List.of(columns),
                List.of(0, 1, 2, 3, 4).subList(0, keys));
    }

    /** A table (id int4 key, name text, note text). */
    static TableSchema named(String table) {
        return schema(
                table,
                1,
                new Column("id", new ColumnType.Int32()),
                new Column("name", new ColumnType.Text(0)),
                new Column("note", new ColumnType.Text(0)));
    }

    TopicPartition partition(int partition) {
        return new TopicPartition(topic, partition);
    }

    /** The changes from here on were committed this much later. */
    Source later(long millis) {
        tsMicros += millis * 1000;
        return this;
    }

    Source change(int partition, TableSchema schema, Op op, long lsn, @Nullable Object... values) {
        long offset = next.merge(partition, 1L, Long::sum) - 1;
        Row row = op == Op.TRUNCATE
                ? null
                : Row.of(Arrays.copyOf(values, schema.columns().size()));
        pending.computeIfAbsent(partition, p -> new ArrayList<>())
                .add(new RowChange(
                        schema, op, row, new SourcePosition(lsn, 5, tsMicros), partition(partition), offset, 50));
        return this;
    }

    /** The last change of this partition is a dead letter that was sent again. */
    Source sentAgain(int partition) {
        List<RowChange> changes = pending.getOrDefault(partition, List.of());
        changes.set(changes.size() - 1, changes.getLast().sentAgain());
        return this;
    }

    Source create(TableSchema schema, long lsn, @Nullable Object... values) {
        return change(0, schema, Op.CREATE, lsn, values);
    }

    Source update(TableSchema schema, long lsn, @Nullable Object... values) {
        return change(0, schema, Op.UPDATE, lsn, values);
    }

    Source delete(TableSchema schema, long lsn, @Nullable Object... key) {
        return change(0, schema, Op.DELETE, lsn, key);
    }

    Source truncate(TableSchema schema, long lsn) {
        return change(0, schema, Op.TRUNCATE, lsn);
    }

    /** The last changes of a partition were not taken: others come at their offsets. */
    void takeBack(int partition, int changes) {
        next.merge(partition, (long) -changes, Long::sum);
    }

    /** What has gathered since the last batch. */
    ChangeBatch batch() {
        List<PartitionChanges> links = new ArrayList<>();
        pending.forEach((partition, changes) -> {
            long end = next.getOrDefault(partition, 0L);
            links.add(new PartitionChanges(
                    partition(partition),
                    end - changes.size(),
                    end,
                    changes.size(),
                    List.copyOf(changes),
                    Offsets.NONE,
                    Offsets.NONE,
                    50L * changes.size()));
        });
        pending.clear();
        return ChangeBatch.of(links);
    }
}
