package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.inspect.ComparedLogs;
import dev.duet.inspect.ComparedTables;
import dev.duet.inspect.LogAt;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.TablePair;
import dev.duet.inspect.TopicEnds;
import dev.duet.inspect.UnreachableException;
import dev.duet.order.ClockTolerance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Compares tables in source, mirror and change log. Blocks; used by one thread. */
public final class Verifier {
    private final ComparedTables tables;
    private final ComparedLogs logs;
    private final Predicate<TableId> transformed;
    private final UnaryOperator<TableId> routed;
    private final Barrier barrier;
    private final VerifyOptions options;
    private final Progress progress;

    /**
     * @param transformed whether a table's rows are not the source's
     * @param routed the name under which its rows go on
     */
    public Verifier(
            ComparedTables tables,
            ComparedLogs logs,
            TopicEnds topics,
            Predicate<TableId> transformed,
            UnaryOperator<TableId> routed,
            VerifyOptions options,
            Progress progress) {
        this.tables = tables;
        this.logs = logs;
        this.transformed = transformed;
        this.routed = routed;
        this.options = options;
        this.progress = progress;
        this.barrier = new Barrier(tables.source(), topics, tables, options, progress);
    }

    /**
     * Compares tables, one after the other. A table that can't be read, or whose sinks are behind, ends the comparison of none but itself.
     *
     * @param to takes each answer as it comes
     * @throws NotFoundException if the pipeline has no such table
     * @throws UnreachableException if the replication slot does not pass the source's position
     */
    public void verify(List<TableId> all, Consumer<TableAnswer> to) {
        Barrier.Passed passed = barrier.passAll(all);
        for (TableId table : all) {
            String behind = passed.behind().get(table);
            to.accept(behind == null ? verify(table, passed.position()) : TableAnswer.unknown(table, behind));
        }
    }

    private TableAnswer verify(TableId table, @Nullable Long passed) {
        try {
            return compare(table, passed);
        } catch (UnreachableException e) {
            return TableAnswer.unknown(table, String.valueOf(e.getMessage()));
        }
    }

    private TableAnswer compare(TableId table, @Nullable Long passed) {
        List<MirrorColumn> mirror = tables.mirror(table);
        if (mirror.isEmpty()) {
            return new TableAnswer(
                    table,
                    -1,
                    null,
                    -1,
                    false,
                    false,
                    List.of(),
                    List.of(),
                    true,
                    null,
                    List.of(),
                    List.of(new NotCompared(
                            "*", "mirror", "it has a trail alone: no key tells which rows there are now")));
        }
        Path directory = null;
        try {
            directory = Files.createTempDirectory(options.directory(), "duet-verify");
            return new Run(table, mirror, directory).answer(passed);
        } catch (IOException | UncheckedIOException e) {
            throw new UnreachableException("temporary files can't be written in " + options.directory() + ": "
                    + e.getMessage() + ". Name a folder with room for it with --directory.");
        } finally {
            delete(directory);
        }
    }

    private static void delete(@Nullable Path directory) {
        try {
            if (directory != null) {
                Files.deleteIfExists(directory); // its files are gone: each is deleted by who made it
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One table's comparison. */
    private final class Run {
        private final TableId table;
        private final List<MirrorColumn> mirror;
        private final Path directory;
        private final Findings findings = new Findings(options.maxDifferences());
        private final List<NotCompared> notCompared = new ArrayList<>();

        Run(TableId table, List<MirrorColumn> mirror, Path directory) {
            this.table = table;
            this.mirror = mirror;
            this.directory = directory;
        }

        TableAnswer answer(@Nullable Long lsn) {
            Optional<TablePair> pair = pair();
            long rows = pair.map(
                            of -> new SourceComparison(table, of, barrier, options, progress, findings).run(directory))
                    .orElse(-1L);
            LogAt log = logs.open(routed.apply(table), mirror);
            boolean comparable = log.version() < 0 || !log.fields().isEmpty();
            if (comparable && !findings.isFull()) {
                rows = new LogComparison(
                                table,
                                tables.mirror(table, log.fields()),
                                pair.flatMap(of -> tables.source(table, log.fields())),
                                log,
                                new ClockTolerance(tables.clockTolerance().toMillis()),
                                barrier,
                                options,
                                progress,
                                findings)
                        .run(directory);
            }
            notCompared.addAll(log.notCompared());
            return new TableAnswer(
                    table,
                    findings.isComplete() ? rows : -1,
                    lsn,
                    log.version(),
                    pair.isPresent(),
                    comparable,
                    mirror.stream()
                            .filter(column -> column.keyPlace() >= 0)
                            .sorted(java.util.Comparator.comparingInt(MirrorColumn::keyPlace))
                            .map(MirrorColumn::name)
                            .toList(),
                    findings.differences,
                    findings.isComplete(),
                    null,
                    List.copyOf(findings.tooFast),
                    notCompared);
        }

        private Optional<TablePair> pair() {
            String why;
            if (tables.source().isEmpty()) {
                why = "duet.verify.source.url is not set";
            } else if (transformed.test(table)) {
                why = "duet.transform makes other rows of it";
            } else {
                try {
                    TablePair pair = tables.pair(table);
                    notCompared.addAll(pair.notCompared());
                    return Optional.of(pair);
                } catch (NotFoundException e) {
                    why = String.valueOf(e.getMessage());
                }
            }
            notCompared.add(new NotCompared("*", "source", why));
            return Optional.empty();
        }
    }
}
