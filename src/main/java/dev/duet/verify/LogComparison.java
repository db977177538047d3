package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.inspect.HashedTable;
import dev.duet.inspect.KeyHash;
import dev.duet.inspect.LogAt;
import dev.duet.inspect.LogField;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.RowState;
import dev.duet.order.ClockTolerance;
import dev.duet.order.Truncates;
import dev.duet.verify.Difference.Kind;
import dev.duet.verify.Difference.Side;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a mirror with what its change log makes of each key. The log is read once, at one version, and written to parts by key; the
 * mirror's keys and hashes likewise; then part by part.
 *
 * <p>What differs is a candidate. The mirror's row is read, both sinks pass what Kafka holds, the log's newer files are read, the sinks
 * pass again, and the row is read once more: if it stayed as it was, the log has told all that made it, and nothing else; so a difference
 * counts.
 */
final class LogComparison {
    private static final int CANDIDATES = 10_000;

    private final TableId table;
    private final HashedTable mirror;
    private final Barrier barrier;
    private final VerifyOptions options;
    private final Progress progress;
    private final Findings findings;
    private final KeyState.Rule rule;
    private final int separate;
    private final List<String> columns;
    private final Map<RowKey, KeyState> candidates = new HashMap<>();
    private final Optional<HashedTable> source;
    private final Set<RowKey> wrongInMirror = new HashSet<>();
    private final LogAt first;
    private LogAt log;

    /** @param source for the rows that the mirror has otherwise than the source: whether the log is right */
    LogComparison(
            TableId table,
            HashedTable mirror,
            Optional<HashedTable> source,
            LogAt log,
            ClockTolerance tolerance,
            Barrier barrier,
            VerifyOptions options,
            Progress progress,
            Findings findings) {
        this.table = table;
        this.mirror = mirror;
        this.source = source;
        findings.differences.forEach(one -> wrongInMirror.add(one.key()));
        this.first = log;
        this.log = log;
        this.rule = new KeyState.Rule(new Truncates(tolerance, log.madeAgain()), tolerance, log.madeAgain());
        this.barrier = barrier;
        this.options = options;
        this.progress = progress;
        this.findings = findings;
        this.separate = (int) log.fields().stream().filter(LogField::separate).count();
        this.columns = log.fields().stream().map(LogField::name).toList();
    }

    /**
     * Returns the rows of the mirror.
     *
     * @param directory for temporary files
     */
    long run(Path directory) {
        int parts = PartFiles.parts(Math.max(log.changes() * (1 + separate / 4), mirror.estimate()));
        try (PartFiles changes = PartFiles.in(directory, "changes", parts);
                PartFiles rows = PartFiles.in(directory, "rows", parts)) {
            long[] read = {0};
            log.read(change -> {
                if (change.isTruncate()) {
                    rule.truncates().add(change.lsn(), change.tsMillis(), change.partition(), change.offset());
                } else if (change.key() != null) {
                    changes.add(change.key(), change);
                }
                if (++read[0] % VerifyOptions.PAGE == 0) {
                    progress.at(table + ": reading the change log", read[0], log.changes());
                }
            });
            long count = Pages.copy(mirror, rows, options, table + ": reading the mirror", progress);
            for (int part = 0; part < parts && !findings.isFull(); part++) {
                part(part, changes, rows);
                if (candidates.size() >= CANDIDATES) {
                    confirm();
                }
            }
            confirm();
            return count;
        }
    }

    private void part(int part, PartFiles changes, PartFiles rows) {
        Map<RowKey, KeyState> states = new HashMap<>();
        changes.readChanges(
                part,
                change -> states.computeIfAbsent(change.key(), key -> new KeyState(separate, rule))
                        .take(change));
        Set<RowKey> seen = new HashSet<>();
        rows.readRows(part, row -> {
            seen.add(row.key());
            KeyState state = states.get(row.key());
            if (state == null || !state.isPresent() || !isHash(state, row)) {
                candidates.put(row.key(), state == null ? new KeyState(separate, rule) : state);
            }
        });
        states.forEach((key, state) -> {
            if (state.isPresent() && !seen.contains(key)) {
                candidates.put(key, state);
            }
        });
    }

    private static boolean isHash(KeyState state, KeyHash row) {
        Long hash = state.hash();
        return hash != null && hash == row.hash();
    }

    private void confirm() {
        log = first; // what the parts were read from: the candidates lack all that came after it
        Set<RowKey> pending = new LinkedHashSet<>(candidates.keySet());
        for (List<RowKey> batch : SourceComparison.batches(pending)) {
            Map<RowKey, RowState> now = mirror.find(batch, false);
            batch.stream().filter(key -> isEqual(key, now.get(key))).forEach(pending::remove);
        }
        candidates.values().forEach(state -> state.remember());
        Map<RowKey, LoggedChange> seen = new HashMap<>();
        for (int round = 0; round < options.rounds() && !pending.isEmpty() && !findings.isFull(); round++) {
            progress.at(table + ": looking again at keys that differ", 0, pending.size());
            round(pending, seen);
        }
        if (!findings.isFull()) {
            findings.tooFast.addAll(pending);
        }
        candidates.clear();
    }

    /** @param seen the newest change of keys that had no row in the mirror when they were looked at last */
    private void round(Set<RowKey> pending, Map<RowKey, LoggedChange> seen) {
        Map<RowKey, RowState> before = new HashMap<>();
        SourceComparison.batches(pending).forEach(batch -> before.putAll(mirror.find(batch, false)));
        barrier.passTopics(table);
        catchUp();
        barrier.passTopics(table);
        for (List<RowKey> batch : SourceComparison.batches(pending)) {
            Map<RowKey, RowState> after = mirror.find(batch, false);
            for (RowKey key : batch) {
                judge(key, before.get(key), after.get(key), pending, seen);
                if (findings.isFull()) {
                    return;
                }
            }
        }
    }

    private void judge(
            RowKey key,
            @Nullable RowState before,
            @Nullable RowState row,
            Set<RowKey> pending,
            Map<RowKey, LoggedChange> seen) {
        if (!SourceComparison.sameVersion(before, row)) {
            if (state(key).was(before)) {
                pending.remove(key); // it was equal then, and moves on
            }
        } else if (isEqual(key, row)) {
            pending.remove(key);
        } else if (isTold(key) && (row != null || isLast(key, seen))) {
            pending.remove(key);
            if (!isRight(key)) {
                findings.differences.add(difference(key, row));
            }
        }
    }

    /**
     * Whether the log told nothing new of the key since the round before. A row that is not there has no version: it may have come and
     * gone since the log was read, but then the log tells it now.
     */
    private boolean isLast(RowKey key, Map<RowKey, LoggedChange> seen) {
        LoggedChange newest = java.util.Objects.requireNonNull(state(key).newest());
        LoggedChange before = seen.put(key, newest);
        return before != null && before.partition() == newest.partition() && before.offset() == newest.offset();
    }

    /** Takes the changes that the log has got since. */
    private void catchUp() {
        log = log.newer();
        log.read(change -> {
            if (change.isTruncate()) {
                rule.truncates().add(change.lsn(), change.tsMillis(), change.partition(), change.offset());
            } else {
                take(change);
            }
        });
    }

    private void take(LoggedChange change) {
        KeyState state = candidates.get(change.key());
        if (state != null) {
            state.follow(change);
        }
    }

    private KeyState state(RowKey key) {
        return java.util.Objects.requireNonNull(candidates.get(key));
    }

    private boolean isEqual(RowKey key, @Nullable RowState row) {
        KeyState state = state(key);
        if (row == null || !state.isPresent()) {
            return row == null && !state.isPresent();
        }
        Long hash = state.hash();
        return hash != null && hash == row.hash();
    }

    /** Whether the log tells what the row is. */
    private boolean isTold(RowKey key) {
        return !state(key).isPresent() || state(key).hash() != null;
    }

    /** Whether it is the mirror that is wrong, and the log that has what the source has. */
    private boolean isRight(RowKey key) {
        return wrongInMirror.contains(key)
                && source.isPresent()
                && isEqual(key, source.get().find(List.of(key), false).get(key));
    }

    private Difference difference(RowKey key, @Nullable RowState row) {
        Kind kind = row == null ? Kind.EXTRA : state(key).isPresent() ? Kind.DIFFERENT : Kind.MISSING;
        return Differences.of(Side.DELTA, kind, key, columns, row, null, null);
    }
}
