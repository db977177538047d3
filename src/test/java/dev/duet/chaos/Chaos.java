package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Kills and freezes the packaged service at every step of a record's way and at random, and counts what was lost or came twice
 * ({@code make chaos ARGS="--rounds 200 --seed 7"}; docs/crash-matrix.md). Exit code 1 if anything was.
 */
public final class Chaos {
    private Chaos() {}

    /** Arguments: {@link Options}. */
    public static void main(String... arguments) throws Exception {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        boolean holds = false;
        try {
            holds = run(options);
        } finally {
            if (!holds) {
                System.out.println("BROKEN: run again with --seed " + options.seed()
                        + "; the services' logs are in target/service-logs");
            }
        }
        System.exit(holds ? 0 : 1);
    }

    private static boolean run(Options options) throws Exception {
        Instant begin = Instant.now();
        System.out.println("seed " + options.seed());
        EmbeddedStack stack = EmbeddedStack.shared();
        Checker checker = new Checker(stack);
        List<Matrix.Cell> cells = new Matrix(stack, options, checker, System.out).run();
        Rounds.Result rounds = new Rounds(stack, options, checker, System.out).run();
        boolean holds = rounds.verdict().holds()
                && cells.stream().allMatch(cell -> cell.verdict().holds());
        Report report = new Report(options, cells, rounds, Duration.between(begin, Instant.now()));
        System.out.println(report.summary());
        if (!options.report().isEmpty()) {
            Path file = Path.of(System.getProperty("duet.basedir", ".")).resolve(options.report());
            Files.writeString(file, report.in(Files.readString(file)));
            System.out.println("written to " + file.normalize());
        }
        return holds;
    }
}
