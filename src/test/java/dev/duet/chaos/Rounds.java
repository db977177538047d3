package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import dev.duet.chaos.Table.Expected;
import java.io.PrintStream;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Random rounds; all is checked after every few, and the tables begin anew. */
final class Rounds {
    private static final int ROUNDS_OF_AN_ERA = 10;
    /** Tables that one Spark process reads: starting it costs as much as a round. */
    private static final int TABLES_AT_ONCE = 10;

    /**
     * @param rounds how many there were
     * @param records the records of all histories
     */
    record Result(int rounds, long records, Verdict verdict) {}

    private final EmbeddedStack stack;
    private final Options options;
    private final Checker checker;
    private final PrintStream out;

    Rounds(EmbeddedStack stack, Options options, Checker checker, PrintStream out) {
        this.stack = stack;
        this.options = options;
        this.checker = checker;
        this.out = out;
    }

    /** Spark reads the logs of some eras while the next ones run. */
    Result run() throws Exception {
        Verdict verdict = Verdict.CLEAN;
        long records = 0;
        String database = stack.freshDatabase("chaosrounds");
        List<Future<Verdict>> logs = new ArrayList<>();
        List<Expected> unread = new ArrayList<>();
        try (ExecutorService reader = Executors.newSingleThreadExecutor();
                Connection connection = stack.connect(database, "duet")) {
            for (int done = 0; done < options.rounds(); done += ROUNDS_OF_AN_ERA) {
                int rounds = Math.min(ROUNDS_OF_AN_ERA, options.rounds() - done);
                try (Era era = new Era(stack, connection, database, done / ROUNDS_OF_AN_ERA, options)) {
                    for (int round = 1; round <= rounds; round++) {
                        out.println("round " + (done + round) + " " + era.round());
                    }
                    Verdict now = era.finish(checker);
                    verdict = verdict.plus(now);
                    unread.addAll(era.expected());
                    records += era.records();
                    if (unread.size() >= TABLES_AT_ONCE || done + rounds == options.rounds()) {
                        List<Expected> tables = List.copyOf(unread);
                        unread.clear();
                        logs.add(reader.submit(() -> delta(tables)));
                    }
                    out.println("checked after round " + (done + rounds) + ": " + (now.holds() ? "clean" : now));
                }
            }
        }
        for (Future<Verdict> log : logs) {
            verdict = verdict.plus(log.get());
        }
        return new Result(options.rounds(), records, verdict);
    }

    private Verdict delta(List<Expected> tables) throws Exception {
        Verdict verdict = Verdict.CLEAN;
        for (Verdict one : checker.checkDelta(tables)) {
            verdict = verdict.plus(one);
        }
        if (!verdict.holds()) {
            out.println("BROKEN " + tables.getFirst().pipeline() + " or one of the next eras: " + verdict);
        }
        return verdict;
    }
}
