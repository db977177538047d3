package dev.duet.outbox;

import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a piece of a partition holds, without its rows: all that an event tells of it. */
record Summary(TopicPartition partition, long firstOffset, long nextOffset, Map<TableId, Counts> tables) {

    static Summary of(PartitionChanges link) {
        Map<TableId, Counts> tables = new LinkedHashMap<>();
        TableId last = null;
        Counts counts = new Counts();
        for (RowChange change : link.changes()) {
            if (!change.table().equals(last)) {
                last = change.table();
                counts = tables.computeIfAbsent(last, table -> new Counts());
            }
            counts.add(change);
        }
        return new Summary(link.partition(), link.firstOffset(), link.nextOffset(), tables);
    }

    /** Both as one; the other begins where this one ends. */
    Summary plus(Summary other) {
        Map<TableId, Counts> all = new LinkedHashMap<>();
        for (Summary part : List.of(this, other)) {
            part.tables.forEach((table, counts) ->
                    all.computeIfAbsent(table, of -> new Counts()).add(counts));
        }
        return new Summary(partition, firstOffset, other.nextOffset, all);
    }

    /** Rows of one table. For one thread. */
    static final class Counts {
        final long[] byOp = new long[Op.values().length];
        long minLsn = Long.MAX_VALUE;
        long maxLsn = Long.MIN_VALUE;
        long minMicros = Long.MAX_VALUE;
        long maxMicros = Long.MIN_VALUE;

        private void add(RowChange change) {
            byOp[change.op().ordinal()]++;
            minLsn = Math.min(minLsn, change.source().lsn());
            maxLsn = Math.max(maxLsn, change.source().lsn());
            minMicros = Math.min(minMicros, change.source().tsMicros());
            maxMicros = Math.max(maxMicros, change.source().tsMicros());
        }

        void add(Counts other) {
            for (int op = 0; op < byOp.length; op++) {
                byOp[op] += other.byOp[op];
            }
            minLsn = Math.min(minLsn, other.minLsn);
            maxLsn = Math.max(maxLsn, other.maxLsn);
            minMicros = Math.min(minMicros, other.minMicros);
            maxMicros = Math.max(maxMicros, other.maxMicros);
        }
    }
}
