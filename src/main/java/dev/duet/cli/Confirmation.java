package dev.duet.cli;

import java.io.Console;
import picocli.CommandLine.Option;

/** The options that commands share which change something: they say what they will do, ask, and do it. */
final class Confirmation {
    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking.")
    boolean yes;

    /**
     * Whether to go on, after the plan has been printed.
     *
     * @throws Refusal if nobody can be asked, or the answer is no
     */
    boolean isGiven() {
        if (dryRun) {
            System.err.println("nothing was done (--dry-run)");
            return false;
        }
        if (yes) {
            return true;
        }
        Console console = System.console();
        String answer = console == null ? null : console.readLine("Do it? [y/N] ");
        if (answer == null) {
            throw new Refusal(ExitCode.USAGE, "nothing was done: add --yes to do it, or --dry-run to look only");
        }
        if (!answer.strip().equalsIgnoreCase("y")) {
            throw new Refusal(ExitCode.REFUSED, "nothing was done");
        }
        return true;
    }
}
