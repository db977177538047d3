package dev.duet.chaos;

import java.time.Duration;
import java.util.List;

/** The outcome of a run as Markdown: the matrix, the random rounds, or both. */
record Report(Options options, List<Matrix.Cell> cells, Rounds.Result rounds, Duration took) {
    /** One line. */
    String summary() {
        Verdict all = total();
        return cells.size() + " cells and " + rounds.rounds() + " random rounds (" + rounds.records() + " records): "
                + result(all) + "; " + all + "; " + took.toMinutes() + " min";
    }

    private static String result(Verdict verdict) {
        return verdict.holds() ? "nothing lost, nothing twice" : "BROKEN";
    }

    private Verdict total() {
        return matrix().plus(rounds.verdict());
    }

    private Verdict matrix() {
        Verdict all = Verdict.CLEAN;
        for (Matrix.Cell cell : cells) {
            all = all.plus(cell.verdict());
        }
        return all;
    }

    /** The page with the results in the places of those that stood there; what was not run stays. */
    String in(String page) {
        String with = cells.isEmpty() ? page : replaced(page, "matrix", matrixText());
        return rounds.rounds() == 0 ? with : replaced(with, "rounds", roundsText());
    }

    private static String replaced(String page, String part, String text) {
        String begin = "<!-- " + part + ", written by make chaos: begin -->\n";
        String finish = "<!-- " + part + ", written by make chaos: end -->\n";
        int from = page.indexOf(begin);
        int to = page.indexOf(finish);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("the page has no place for the result: " + begin + finish);
        }
        return page.substring(0, from) + begin + text + page.substring(to);
    }

    private String matrixText() {
        StringBuilder text = new StringBuilder();
        text.append("\nSeed %d, %d cells: %s.\n\n".formatted(options.seed(), cells.size(), result(matrix())));
        text.append("| step | sink | death | runs | lost | duplicated | else |\n|---|---|---|---|---|---|---|\n");
        for (Matrix.Cell cell : cells) {
            Step step = cell.step();
            text.append(line(step.name(), step.sink(), cell.death().text(), 1, cell.verdict()));
        }
        return text.append('\n').toString();
    }

    private String roundsText() {
        return "\nSeed %d, %d rounds, %,d records: %s.\n\n"
                        .formatted(options.seed(), rounds.rounds(), rounds.records(), result(rounds.verdict()))
                + "| step | sink | death | runs | lost | duplicated | else |\n|---|---|---|---|---|---|---|\n"
                + line("random", "-", "kill, freeze, join, leave", rounds.rounds(), rounds.verdict())
                + "\n";
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
