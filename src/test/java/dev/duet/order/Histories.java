package dev.duet.order;

import dev.duet.change.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes random histories of a table as Kafka has them: snapshots with transactions in flight, dead letters that are sent again, truncates,
 * a source whose LSNs begin anew, a topic that is made again, or one that gets more partitions. The last three each in histories of their
 * own: together with letters the source's order can't be told from the log.
 */
public final class Histories {
    /** What besides changes, snapshots and truncates happens. */
    public enum Kind {
        LETTERS,
        RESTORED,
        MADE_AGAIN,
        PARTITIONS
    }

    /** A record of the table. */
    public record Event(
            Op op,
            int key,
            long lsn,
            long tsMillis,
            int partition,
            int generation,
            long offset,
            boolean late,
            String value)
            implements KeyChanges.Change {
        @Override
        public boolean isRead() {
            return op == Op.READ;
        }

        @Override
        public boolean isDelete() {
            return op == Op.DELETE;
        }

        @Override
        public boolean bringsAllOf(KeyChanges.Change other) {
            return true;
        }
    }

    /**
     * A history.
     *
     * @param events as they arrive; within a partition in the order of offsets
     * @param restored before which of these the source's LSNs began anew
     */
    public record History(Kind kind, List<Event> events, Set<Integer> restored) {
        public boolean madeAgain() {
            return kind == Kind.MADE_AGAIN;
        }
    }

    private static final int KEYS = 4;

    private final Random random;
    private final Kind kind;
    private final Map<Integer, String> rows = new TreeMap<>();
    private final List<Event> events = new ArrayList<>();
    private final Set<Integer> restored = new HashSet<>();
    private final List<Event> letters = new ArrayList<>();
    private final long[] offsets = new long[3];
    private int partitions = 1;
    private int grown = -1;
    private int generation;
    private long lsn = 1000;
    private long tsMillis = 1_700_000_000_000L;

    private Histories(long seed, Kind kind) {
        this.random = new Random(seed);
        this.kind = kind;
    }

    public static History of(long seed, Kind kind) {
        Histories histories = new Histories(seed, kind);
        for (int step = 0; step < 80; step++) {
            histories.step();
        }
        histories.mix();
        return new History(kind, histories.events, histories.restored);
    }

    private void step() {
        int choice = random.nextInt(100);
        if (choice < 70) {
            change(random.nextInt(KEYS));
        } else if (choice < 75) {
            tick();
            rows.clear();
            emit(Op.TRUNCATE, 0, lsn, false, "");
        } else if (choice < 85 && partitions == 1) {
            snapshot();
        } else if (choice >= 85) {
            besides();
        }
    }

    private void besides() {
        switch (kind) {
            case LETTERS -> {
                if (!letters.isEmpty()) {
                    Event letter = letters.remove(random.nextInt(letters.size()));
                    add(letter, letter.tsMillis(), true);
                }
            }
            case RESTORED -> {
                if (restored.size() < 2 && !events.isEmpty() && random.nextInt(4) == 0) {
                    restored.add(events.size());
                    lsn = 500;
                    tsMillis += 3_600_000;
                }
            }
            case MADE_AGAIN -> {
                if (generation < 2 && random.nextInt(4) == 0) {
                    generation++;
                    offsets[0] = 0;
                }
            }
            case PARTITIONS -> {
                if (partitions == 1 && events.size() > 20) {
                    partitions = 3;
                    grown = events.size();
                }
            }
        }
    }

    private void tick() {
        lsn += 1 + random.nextInt(20);
        tsMillis += 10 + random.nextInt(2000);
    }

    private void change(int key) {
        tick();
        Op op = !rows.containsKey(key) ? Op.CREATE : random.nextInt(4) == 0 ? Op.DELETE : Op.UPDATE;
        String value = op == Op.DELETE ? "" : op + "@" + lsn + " " + events.size();
        if (op == Op.DELETE) {
            rows.remove(key);
        } else {
            rows.put(key, value);
        }
        if (kind == Kind.LETTERS && random.nextInt(5) == 0) {
            letters.add(event(op, key, lsn, tsMillis, true, value)); // it could not be read
        } else {
            emit(op, key, lsn, false, value);
        }
    }

    /** Its rows have one LSN, which may be older than what came before; a transaction of before commits after it. */
    private void snapshot() {
        tick();
        long inFlight = lsn;
        tick();
        // A letter of such a row, or one in a new topic, would look as if LSNs had begun anew, and stop the mirror.
        boolean own = kind == Kind.LETTERS || kind == Kind.MADE_AGAIN || random.nextBoolean();
        long read = own ? lsn : lsn - 30;
        rows.replaceAll((key, value) -> "r@" + read + " " + events.size() + value);
        for (Map.Entry<Integer, String> row : Map.copyOf(rows).entrySet()) {
            Op op = Op.READ;
            if (kind == Kind.LETTERS && random.nextInt(8) == 0) {
                letters.add(event(op, row.getKey(), read, tsMillis, true, row.getValue()));
            } else {
                emit(op, row.getKey(), read, false, row.getValue());
            }
        }
        tick();
        for (int key : List.copyOf(rows.keySet())) {
            if (random.nextInt(3) == 0) {
                String value = "in flight@" + inFlight + " " + events.size();
                rows.put(key, value);
                emit(Op.UPDATE, key, inFlight, false, value);
            }
        }
    }

    private void emit(Op op, int key, long at, boolean late, String value) {
        add(event(op, key, at, tsMillis, late, value), tsMillis, late);
    }

    private void add(Event event, long at, boolean late) {
        int partition = event.op() == Op.TRUNCATE ? 0 : event.key() % partitions;
        events.add(new Event(
                event.op(),
                event.key(),
                event.lsn(),
                at,
                partition,
                generation,
                offsets[partition]++,
                late,
                event.value()));
    }

    private Event event(Op op, int key, long at, long time, boolean late, String value) {
        return new Event(op, key, at, time, 0, 0, 0, late, value);
    }

    /** Nobody knows which partition is read first. */
    private void mix() {
        if (grown < 0) {
            return;
        }
        List<List<Event>> queues = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            int partition = i;
            queues.add(new ArrayList<>(events.stream()
                    .filter(event -> event.partition() == partition)
                    .toList()));
        }
        events.clear();
        while (!queues.isEmpty()) {
            Collections.shuffle(queues, random);
            List<Event> queue = queues.getFirst();
            int some = Math.min(queue.size(), 1 + random.nextInt(5));
            events.addAll(queue.subList(0, some));
            queue.subList(0, some).clear();
            queues.removeIf(List::isEmpty);
        }
    }

    /** The rows that the rule makes of a history, whatever order it is taken in. */
    public static Map<Integer, String> rows(History history, ClockTolerance tolerance) {
        Truncates truncates = new Truncates(tolerance, history.madeAgain());
        Map<Integer, KeyChanges<Event>> keys = new TreeMap<>();
        List<Event> shuffled = new ArrayList<>(history.events());
        Collections.shuffle(shuffled, new Random(7));
        for (Event event : shuffled) {
            if (event.op() == Op.TRUNCATE) {
                truncates.add(event.lsn(), event.tsMillis(), event.partition(), event.offset());
            } else {
                keys.computeIfAbsent(event.key(), key -> new KeyChanges<>(history.madeAgain()))
                        .add(event);
            }
        }
        Map<Integer, String> rows = new TreeMap<>();
        keys.forEach((key, changes) -> {
            List<Event> counting = changes.counting(truncates, tolerance);
            if (!counting.isEmpty() && !counting.getLast().isDelete()) {
                rows.put(key, counting.getLast().value());
            }
        });
        return rows;
    }
}
