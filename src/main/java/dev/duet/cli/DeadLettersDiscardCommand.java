package dev.duet.cli;

import dev.duet.intake.Letters;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Letters to discard. */
@Configured
@Command(
        name = "discard",
        mixinStandardHelpOptions = true,
        description = "Marks open dead letters as done with. They stay in the topic and are listed with --settled.")
final class DeadLettersDiscardCommand implements Callable<Integer> {
    @Mixin
    LetterChoice choice = new LetterChoice();

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        choice.check();
        Letters letters = Beans.of(Letters.class);
        LetterTable.print(choice.open(letters), output.format);
        if (confirmation.isGiven()) {
            System.err.println(letters.discard(choice::test).size() + " letters discarded");
        }
        return ExitCode.OK;
    }
}
