package dev.duet.envelope;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Remembers what {@link KnownTables} answered: knowledge for some minutes, ignorance for a moment. */
final class KnownColumns {
    private static final int MAX_TABLES = 10_000;
    private static final long KNOWN_FOR_NANOS = Duration.ofMinutes(5).toNanos();

    /** So that an operator's repair shows at once, and yet a burst of records of an unknown table asks only once. */
    private static final long UNKNOWN_FOR_NANOS = Duration.ofSeconds(1).toNanos();

    private final KnownTables tables;
    private final LongSupplier nanoClock;
    private final BoundedCache<TableId, Answer> answers = new BoundedCache<>(MAX_TABLES);

    KnownColumns(KnownTables tables, LongSupplier nanoClock) {
        this.tables = tables;
        this.nanoClock = nanoClock;
    }

    Optional<TableSchema> find(TableId table) {
        Answer answer = answers.get(table);
        if (answer != null) {
            long maxAge = answer.schema.isPresent() ? KNOWN_FOR_NANOS : UNKNOWN_FOR_NANOS;
            if (nanoClock.getAsLong() - answer.askedAtNanos < maxAge) {
                return answer.schema;
            }
        }
        return ask(table);
    }

    /** As {@link #find}, for a record that does not fit the answer: one that is not quite new is not good enough. */
    Optional<TableSchema> findNewer(TableId table) {
        Answer answer = answers.get(table);
        return answer != null && nanoClock.getAsLong() - answer.askedAtNanos < UNKNOWN_FOR_NANOS
                ? answer.schema
                : ask(table);
    }

    /** The time, on the clock's scale, from which on what is known of the table must be asked again. */
    long knownUntilNanos(TableId table) {
        Answer answer = answers.get(table);
        return (answer == null ? nanoClock.getAsLong() : answer.askedAtNanos) + KNOWN_FOR_NANOS;
    }

    void forget(TableId table) {
        answers.remove(table);
    }

    private Optional<TableSchema> ask(TableId table) {
        Optional<TableSchema> schema = tables.find(table);
        if (schema.isPresent() && !schema.get().table().equals(table)) {
            throw new IllegalStateException("KnownTables was asked for " + table + " and answered for "
                    + schema.get().table());
        }
        answers.put(table, new Answer(schema, nanoClock.getAsLong()));
        return schema;
    }

    private record Answer(Optional<TableSchema> schema, long askedAtNanos) {}
}
