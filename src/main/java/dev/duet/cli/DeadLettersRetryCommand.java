package dev.duet.cli;

import dev.duet.intake.Letters;
import dev.duet.intake.Letters.Letter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Letters to send again. */
@Configured
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description =
                "Sends open dead letters to their topics again, when what made them unreadable is mended. Each is sent once, however often the"
                        + " command is run. In the mirror a letter replaces nothing newer; docs/operations.md says what a deleted row needs.")
final class DeadLettersRetryCommand implements Callable<Integer> {
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
        List<Letter> chosen = choice.open(letters);
        for (Letter letter : chosen) {
            if (letter.omittedBytes() >= 0 && !choice.ids.isEmpty()) {
                throw new Refusal(
                        ExitCode.REFUSED,
                        "letter " + LetterId.of(letter)
                                + " can't be sent again: its value was too large for the topic and is not there; take the row from the source");
            }
        }
        LetterTable.print(chosen, output.format);
        if (confirmation.isGiven()) {
            System.err.println(letters.retry(choice::test).size() + " letters sent again");
        }
        return ExitCode.OK;
    }
}
