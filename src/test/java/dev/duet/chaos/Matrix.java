package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import dev.duet.chaos.Table.Expected;
import java.io.PrintStream;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Each step with each death, each on a table of its own. */
final class Matrix {
    /** @param verdict what was found in the cell's table */
    record Cell(Step step, Death death, Verdict verdict) {}

    /** @param expected null if the cell did not get to its end */
    private record Run(Step step, Death death, @Nullable Expected expected, Verdict verdict) {}

    private final EmbeddedStack stack;
    private final Options options;
    private final Checker checker;
    private final PrintStream out;

    Matrix(EmbeddedStack stack, Options options, Checker checker, PrintStream out) {
        this.stack = stack;
        this.options = options;
        this.checker = checker;
        this.out = out;
    }

    /** Runs all cells, then reads all Delta tables at once. */
    List<Cell> run() throws Exception {
        List<Run> runs = new ArrayList<>();
        String database = stack.freshDatabase("chaosmatrix");
        try (Connection connection = stack.connect(database, "duet")) {
            EventTrail.begin(connection);
            for (Step step : options.steps()) {
                for (Death death : Death.values()) {
                    runs.add(run(connection, database, step, death, runs.size()));
                }
            }
        }
        return judged(runs);
    }

    private List<Cell> judged(List<Run> runs) throws Exception {
        List<Expected> tables =
                runs.stream().map(Run::expected).filter(Objects::nonNull).toList();
        Iterator<Verdict> delta = tables.isEmpty()
                ? Collections.emptyIterator()
                : checker.checkDelta(tables).iterator();
        List<Cell> cells = new ArrayList<>();
        for (Run run : runs) {
            Verdict verdict =
                    run.expected() == null ? run.verdict() : run.verdict().plus(delta.next());
            cells.add(new Cell(run.step(), run.death(), verdict));
            if (!verdict.holds()) {
                out.println("BROKEN " + run.step().name() + ", " + run.death().text() + ": " + verdict);
            }
        }
        return cells;
    }

    private Run run(Connection connection, String database, Step step, Death death, int number) throws Exception {
        Instant begin = Instant.now();
        try (Scene scene =
                new Scene(stack, connection, database, "m" + number, options.seed() + number, options.drainLimit())) {
            if (step.isTold()) {
                scene.withDeliveries();
            }
            switch (death) {
                case KILLED -> scene.kill(step);
                case ZOMBIE -> scene.zombie(step);
            }
            scene.finish();
            Verdict verdict = scene.checkNow(checker);
            scene.tell(
                    out,
                    "matrix " + step.name() + ", " + death.text() + ", "
                            + Duration.between(begin, Instant.now()).toSeconds() + " s"
                            + (verdict.holds() ? "" : " BROKEN " + verdict));
            return new Run(step, death, scene.expected(), verdict);
        } catch (IllegalStateException e) { // the other cells are worth their time all the same
            out.println("matrix " + step.name() + ", " + death.text() + " BROKEN " + e.getMessage());
            return new Run(
                    step, death, null, new Verdict(Count.NONE, Count.NONE, List.of(String.valueOf(e.getMessage()))));
        }
    }
}
