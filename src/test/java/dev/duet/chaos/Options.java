package dev.duet.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line: {@code --rounds N --seed N --matrix-only --rounds-only --steps a,b --drain-limit SECONDS --report FILE}.
 *
 * @param rounds random rounds after the matrix
 * @param seed decides histories and rounds
 * @param steps the matrix' rows
 * @param drainLimit how long to wait for everything to be delivered
 * @param report the Markdown file to write the results into, empty for none: some steps are not the matrix
 */
record Options(int rounds, long seed, List<Step> steps, Duration drainLimit, String report) {
    static final String USAGE =
            "usage: [--rounds N] [--seed N] [--matrix-only | --rounds-only] [--steps a,b] [--drain-limit SECONDS] [--report FILE]";

    /** @throws IllegalArgumentException with the usage */
    static Options parse(String... arguments) {
        int rounds = 20;
        long seed = 1;
        List<Step> steps = Step.all();
        Duration drainLimit = Duration.ofMinutes(3);
        String report = "docs/crash-matrix.md";
        List<String> left = new ArrayList<>(Arrays.asList(arguments));
        left.removeIf(String::isBlank);
        while (!left.isEmpty()) {
            String option = left.removeFirst();
            switch (option) {
                case "--matrix-only" -> rounds = 0;
                case "--rounds-only" -> steps = List.of();
                case "--rounds" -> rounds = Integer.parseInt(value(option, left));
                case "--seed" -> seed = Long.parseLong(value(option, left));
                case "--steps" -> {
                    steps = named(value(option, left));
                    report = "";
                }
                case "--drain-limit" -> drainLimit = Duration.ofSeconds(Long.parseLong(value(option, left)));
                case "--report" -> report = value(option, left);
                default -> throw new IllegalArgumentException("unknown option " + option + "; " + USAGE);
            }
        }
        return new Options(rounds, seed, steps, drainLimit, report);
    }

    private static String value(String option, List<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value; " + USAGE);
        }
        return left.removeFirst();
    }

    private static List<Step> named(String names) {
        List<String> wanted = List.of(names.split(","));
        List<Step> steps =
                Step.all().stream().filter(step -> wanted.contains(step.name())).toList();
        if (steps.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "--steps takes of " + Step.all().stream().map(Step::name).toList());
        }
        return steps;
    }
}
