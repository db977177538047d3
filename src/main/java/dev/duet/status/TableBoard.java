package dev.duet.status;

import dev.duet.change.TableId;
import dev.duet.delivery.Ledger;
import dev.duet.status.Snapshot.Counts;
import dev.duet.status.Snapshot.Point;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One table's records. Guarded by the board. */
final class TableBoard {
    final TableId id;
    final Set<String> topics = new TreeSet<>();
    final Deque<Point> history = new ArrayDeque<>();
    final Trend trend;
    long in;
    private final Ledger[] ledgers;

    TableBoard(TableId id, int sinks) {
        this.id = id;
        this.ledgers = new Ledger[sinks];
        java.util.Arrays.fill(ledgers, Ledger.EMPTY);
        this.trend = new Trend(1 + sinks);
    }

    void count(int sink, Ledger ledger) {
        ledgers[sink] = ledgers[sink].plus(ledger);
    }

    long applied(int sink) {
        return ledgers[sink].applied();
    }

    Map<String, Counts> counts(List<SinkBoard> sinks) {
        Map<String, Counts> counts = new LinkedHashMap<>();
        for (int sink = 0; sink < ledgers.length; sink++) {
            Ledger of = ledgers[sink];
            counts.put(
                    sinks.get(sink).name,
                    new Counts(of.read(), of.applied(), of.skipped(), of.filtered(), of.deadLettered()));
        }
        return counts;
    }
}
