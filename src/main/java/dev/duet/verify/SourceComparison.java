package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.inspect.HashedTable;
import dev.duet.inspect.KeyHash;
import dev.duet.inspect.RangeDigest;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.RowState;
import dev.duet.inspect.TablePair;
import dev.duet.verify.Difference.Kind;
import dev.duet.verify.Difference.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a source table with its mirror. Ranges of the key are hashed by both servers; of a range that differs keys and hashes are
 * fetched, since reading it once more is cheaper than halving it. If the key's order is not the same in both, keys and hashes of all rows
 * are fetched, each side's in its own order, and compared in parts.
 *
 * <p>What differs is a candidate. It counts if the source's row stayed as it was while both sinks passed a position of the source taken
 * after it was read, and the mirror has something else then.
 */
final class SourceComparison {
    /** Keys that are looked at by one statement. */
    private static final int BATCH = 500;
    /** Candidates that are gathered before they are looked at. */
    private static final int CANDIDATES = 10_000;

    private final TableId table;
    private final TablePair pair;
    private final Barrier barrier;
    private final VerifyOptions options;
    private final Progress progress;
    private final Findings findings;
    private final Set<RowKey> candidates = new LinkedHashSet<>();
    private long rows;

    SourceComparison(
            TableId table,
            TablePair pair,
            Barrier barrier,
            VerifyOptions options,
            Progress progress,
            Findings findings) {
        this.table = table;
        this.pair = pair;
        this.barrier = barrier;
        this.options = options;
        this.progress = progress;
        this.findings = findings;
    }

    /**
     * Returns the rows of the mirror.
     *
     * @param directory for temporary files
     */
    long run(Path directory) {
        if (pair.sameOrder()) {
            byRange();
        } else {
            byPart(directory);
        }
        confirm();
        return rows;
    }

    private void byRange() {
        long all = pair.source().estimate();
        RowKey after = null;
        do {
            RowKey upTo = pair.source().boundary(after, null, options.chunk());
            range(after, upTo);
            progress.at(table + ": source and mirror", rows, all);
            after = upTo;
            Barrier.pause(options.pause());
        } while (after != null && !findings.isFull());
    }

    private void range(@Nullable RowKey after, @Nullable RowKey upTo) {
        RangeDigest source = pair.source().digest(after, upTo);
        RangeDigest mirror = pair.mirror().digest(after, upTo);
        rows += mirror.rows();
        if (source.equals(mirror)) {
            return;
        }
        // The mirror's side of a range may be long; then its own rows part it.
        HashedTable longer = source.rows() > mirror.rows() ? pair.source() : pair.mirror();
        RowKey from = after;
        while (!findings.isFull()) {
            RowKey to = longer.boundary(from, upTo, options.chunk());
            fetch(from, to == null ? upTo : to);
            if (to == null) {
                return;
            }
            from = to;
        }
    }

    private void fetch(@Nullable RowKey after, @Nullable RowKey upTo) {
        Map<RowKey, Long> expected = new HashMap<>();
        pair.source().rows(after, upTo, Integer.MAX_VALUE).forEach(row -> expected.put(row.key(), row.hash()));
        pair.mirror().rows(after, upTo, Integer.MAX_VALUE).forEach(row -> match(expected, row));
        expected.keySet().forEach(this::candidate);
    }

    private void byPart(Path directory) {
        int parts =
                PartFiles.parts(Math.max(pair.source().estimate(), pair.mirror().estimate()));
        try (PartFiles source = PartFiles.in(directory, "source", parts);
                PartFiles mirror = PartFiles.in(directory, "mirror", parts)) {
            Pages.copy(pair.source(), source, options, table + ": reading the source", progress);
            rows = Pages.copy(pair.mirror(), mirror, options, table + ": reading the mirror", progress);
            for (int part = 0; part < parts && !findings.isFull(); part++) {
                Map<RowKey, Long> expected = new HashMap<>();
                source.readRows(part, row -> expected.put(row.key(), row.hash()));
                mirror.readRows(part, row -> match(expected, row));
                expected.keySet().forEach(this::candidate);
            }
        }
    }

    /** Takes a row of the mirror out of what the source has. */
    private void match(Map<RowKey, Long> expected, KeyHash row) {
        Long hash = expected.remove(row.key());
        if (hash == null || hash != row.hash()) {
            candidate(row.key());
        }
    }

    private void candidate(RowKey key) {
        candidates.add(key);
        if (candidates.size() >= CANDIDATES) {
            confirm();
        }
    }

    /** What comes of the candidates so far. */
    private void confirm() {
        Set<RowKey> pending = new LinkedHashSet<>(candidates);
        candidates.clear();
        Map<RowKey, String> seen = new HashMap<>();
        for (int round = 0; round < options.rounds() && !pending.isEmpty(); round++) {
            progress.at(table + ": looking again at rows that differ", 0, pending.size());
            for (List<RowKey> batch : batches(pending)) {
                pending.removeAll(equalNow(batch));
            }
            round(pending, seen);
        }
        findings.tooFast.addAll(pending);
    }

    /** A moment later most rows that were on their way are equal. */
    private Set<RowKey> equalNow(List<RowKey> keys) {
        Map<RowKey, RowState> source = pair.source().find(keys, false);
        Map<RowKey, RowState> mirror = pair.mirror().find(keys, false);
        Set<RowKey> equal = new LinkedHashSet<>();
        for (RowKey key : keys) {
            if (sameHash(source.get(key), mirror.get(key))) {
                equal.add(key);
            }
        }
        return equal;
    }

    /** @param seen the mirror's versions of rows that were not in the source when they were looked at last */
    private void round(Set<RowKey> pending, Map<RowKey, String> seen) {
        if (pending.isEmpty()) {
            return;
        }
        Map<RowKey, RowState> before = find(pair.source(), pending);
        barrier.passSource(table);
        for (List<RowKey> batch : batches(pending)) {
            Map<RowKey, RowState> mirror = pair.mirror().find(batch, false);
            Map<RowKey, RowState> after = pair.source().find(batch, false);
            for (RowKey key : batch) {
                RowState source = after.get(key);
                RowState copy = mirror.get(key);
                if (!sameVersion(before.get(key), source)) {
                    continue;
                }
                if (sameHash(source, copy)) {
                    pending.remove(key);
                } else if (source != null || (copy != null && copy.version().equals(seen.put(key, copy.version())))) {
                    // A row that is not there has no version: it may have come and gone since, but then the mirror's is
                    // another one in the next round.
                    pending.remove(key);
                    findings.differences.add(difference(key, source, copy));
                }
            }
            if (findings.isFull()) {
                pending.clear();
            }
        }
    }

    private Map<RowKey, RowState> find(HashedTable where, Set<RowKey> keys) {
        Map<RowKey, RowState> found = new HashMap<>();
        batches(keys).forEach(batch -> found.putAll(where.find(batch, false)));
        return found;
    }

    private Difference difference(RowKey key, @Nullable RowState source, @Nullable RowState mirror) {
        Kind kind = source == null ? Kind.EXTRA : mirror == null ? Kind.MISSING : Kind.DIFFERENT;
        return Differences.of(
                Side.MIRROR,
                kind,
                key,
                pair.columns(),
                source,
                mirror,
                options.values() ? new Differences.Values(pair.source(), pair.mirror()) : null);
    }

    static boolean sameHash(@Nullable RowState a, @Nullable RowState b) {
        return a != null && b != null ? a.hash() == b.hash() : a == null && b == null;
    }

    static boolean sameVersion(@Nullable RowState a, @Nullable RowState b) {
        return a != null && b != null ? a.version().equals(b.version()) : a == null && b == null;
    }

    static List<List<RowKey>> batches(Set<RowKey> keys) {
        List<RowKey> all = List.copyOf(keys);
        List<List<RowKey>> batches = new ArrayList<>();
        for (int i = 0; i < all.size(); i += BATCH) {
            batches.add(all.subList(i, Math.min(all.size(), i + BATCH)));
        }
        return batches;
    }
}
