package dev.duet.chaos;

import java.time.Duration;
import java.util.List;

/** The outcome of a run as Markdown. */
record Report(Options options, List<Matrix.Cell> cells, Rounds.Result rounds, Duration took) {
    private static final String BEGIN = "<!-- written by make chaos: begin -->\n";
    private static final String END = "<!-- written by make chaos: end -->\n";

    /** One line. */
    String summary() {
        Verdict all = total();
        return cells.size() + " cells and " + rounds.rounds() + " random rounds (" + rounds.records() + " records): "
                + (all.holds() ? "nothing lost, nothing twice" : "BROKEN") + "; " + all + "; " + took.toMinutes()
                + " min";
    }

    private Verdict total() {
        Verdict all = rounds.verdict();
        for (Matrix.Cell cell : cells) {
            all = all.plus(cell.verdict());
        }
        return all;
    }

    /** The page with the result in the place of the one that stood there. */
    String in(String page) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("the page has no place for the result: " + BEGIN + END);
        }
        return page.substring(0, begin) + BEGIN + body() + page.substring(end);
    }

    private String body() {
        StringBuilder text = new StringBuilder();
        text.append("\n`make chaos ARGS=\"--rounds %d --seed %d\"`: %s.\n\n"
                .formatted(rounds.rounds(), options.seed(), summary()));
        text.append("| step | sink | death | runs | lost | duplicated | else |\n|---|---|---|---|---|---|---|\n");
        for (Matrix.Cell cell : cells) {
            Step step = cell.step();
            text.append(line(step.name(), step.sink(), cell.death().text(), 1, cell.verdict()));
        }
        text.append(line("random", "-", "kill, freeze, join, leave", rounds.rounds(), rounds.verdict()));
        return text.append('\n').toString();
    }

    /** Lost and duplicated in PostgreSQL's trail and in Delta's log, in this order. */
    private static String line(String step, String sink, String death, int runs, Verdict verdict) {
        Count postgres = verdict.postgres();
        Count delta = verdict.delta();
        return "| `%s` | %s | %s | %d | %d, %d | %d, %d | %s |\n"
                .formatted(
                        step,
                        sink,
                        death,
                        runs,
                        postgres.lost(),
                        delta.lost(),
                        postgres.duplicated(),
                        delta.duplicated(),
                        verdict.holds() ? "-" : "BROKEN");
    }
}
