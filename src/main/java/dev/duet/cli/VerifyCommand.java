package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.ComparedLogs;
import dev.duet.inspect.ComparedTables;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.TopicEnds;
import dev.duet.transform.Transforms;
import dev.duet.verify.Progress;
import dev.duet.verify.TableAnswer;
import dev.duet.verify.TableAnswer.Outcome;
import dev.duet.verify.Verifier;
import dev.duet.verify.VerifyOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether source, mirror and change log are equal. */
@Configured
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Compares source, PostgreSQL mirror and Delta, while data flows (docs/verify.md).%n"
                        + "Exit code: 0 all tables are equal, 1 not so or not compared, 3 not known: something does not answer or is behind.")
final class VerifyCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "TABLE",
            arity = "0..*",
            description = "Source tables, as schema.table. Without one, all that have a target.")
    List<TableId> tables = List.of();

    @Option(
            names = "--chunk",
            defaultValue = "50000",
            description = "Rows of a key range that is hashed by one statement (default: ${DEFAULT-VALUE}).")
    int chunk;

    @Option(
            names = "--pause",
            defaultValue = "0",
            paramLabel = "MILLIS",
            description = "Pause between two statements, to spare the servers (default: ${DEFAULT-VALUE}).")
    long pauseMillis;

    @Option(
            names = "--timeout",
            defaultValue = "120",
            paramLabel = "SECONDS",
            description = "How long both sinks may take to pass a position of the source (default: ${DEFAULT-VALUE}).")
    long timeoutSeconds;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "How often a row that keeps changing is looked at (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--max-differences",
            defaultValue = "1000",
            paramLabel = "ROWS",
            description = "After how many differing rows a table's comparison ends (default: ${DEFAULT-VALUE}).")
    int maxDifferences;

    @Option(
            names = "--nudge",
            description = "Write logical messages into the source's log, so that the slot of an idle source moves on.")
    boolean nudge;

    @Option(names = "--values", description = "Show the values of columns that differ between source and mirror.")
    boolean values;

    @Option(
            names = "--directory",
            paramLabel = "FOLDER",
            description = "Where temporary files are written (default: the system's folder for them).")
    Path directory = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        if (chunk < 1 || rounds < 1 || maxDifferences < 1 || timeoutSeconds < 1 || pauseMillis < 0) {
            throw new Refusal(ExitCode.USAGE, "--chunk, --rounds, --max-differences and --timeout must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<TableAnswer> answers = new ArrayList<>();
        try (ComparedTables compared = Beans.of(ComparedTables.class);
                TopicEnds topics = Beans.of(TopicEnds.class);
                TerminalProgress progress = new TerminalProgress()) {
            Transforms transforms = Beans.of(Transforms.class);
            Verifier verifier = new Verifier(
                    compared,
                    Beans.of(ComparedLogs.class),
                    topics,
                    transforms::touches,
                    transforms::routed,
                    options(),
                    progress);
            verifier.verify(named(compared.tables()), answer -> {
                answers.add(answer);
                progress.clear();
                if (output.format == Format.TABLE) {
                    VerifyReport.print(answer, out);
                }
            });
        }
        if (output.format == Format.JSON) {
            VerifyReport.json(answers, out);
        }
        return exitCode(answers);
    }

    private VerifyOptions options() {
        return new VerifyOptions(
                chunk,
                Duration.ofMillis(pauseMillis),
                Duration.ofSeconds(timeoutSeconds),
                rounds,
                maxDifferences,
                nudge,
                values,
                directory);
    }

    private List<TableId> named(List<TableId> known) {
        if (tables.isEmpty()) {
            return known;
        }
        List<TableId> named = new ArrayList<>();
        for (TableId table : tables) {
            if (!known.contains(table)) {
                throw new NotFoundException("there is no table " + TableName.of(table) + " in this pipeline; it has "
                        + known.stream().map(TableName::of).toList());
            }
            named.add(table);
        }
        return named;
    }

    /** Without a table nothing has been shown to be equal. */
    private static int exitCode(List<TableAnswer> answers) {
        if (answers.isEmpty()
                || answers.stream()
                        .anyMatch(one -> one.outcome() == Outcome.DIFFERENT || one.outcome() == Outcome.NOT_COMPARED)) {
            return ExitCode.NO;
        }
        return answers.stream().anyMatch(one -> one.outcome() == Outcome.UNDECIDED || one.outcome() == Outcome.UNKNOWN)
                ? ExitCode.UNREACHABLE
                : ExitCode.OK;
    }

    /** One line on the terminal's error stream, written over and over; nothing if that is no terminal. */
    private static final class TerminalProgress implements Progress, AutoCloseable {
        private static final long PAUSE_NANOS = 200_000_000;
        private final boolean terminal = isTerminal();
        private long lastNanos = System.nanoTime() - PAUSE_NANOS;
        private boolean shown;

        /** System.console() speaks of other streams, and differently from one JDK to the next. */
        private static boolean isTerminal() {
            try {
                return Files.readSymbolicLink(Path.of("/proc/self/fd/2"))
                        .toString()
                        .matches("/dev/(pts/|tty).*");
            } catch (IOException | UnsupportedOperationException e) {
                return false;
            }
        }

        @Override
        public void at(String what, long done, long all) {
            if (!terminal || System.nanoTime() - lastNanos < PAUSE_NANOS) {
                return;
            }
            lastNanos = System.nanoTime();
            shown = true;
            String share = all > 0 ? " (" + Math.min(100, done * 100 / all) + "%)" : "";
            System.err.print("\r\u001b[K" + what + (done > 0 ? ": " + done + share : ""));
        }

        void clear() {
            if (shown) {
                System.err.print("\r\u001b[K");
            }
            shown = false;
        }

        @Override
        public void close() {
            clear();
        }
    }
}
