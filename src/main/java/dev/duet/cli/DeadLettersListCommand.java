package dev.duet.cli;

import dev.duet.intake.Letters;
import dev.duet.intake.Letters.Letter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The letters that are open. */
@Configured
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "The dead letters that are open: why, and where they were read. Without their keys and values.")
final class DeadLettersListCommand implements Callable<Integer> {
    @Option(names = "--settled", description = "Also those that were sent again or discarded.")
    boolean settled;

    @Option(names = "--where", paramLabel = "CONDITION", description = "Those with reason~EXPRESSION or topic=NAME.")
    @Nullable
    LetterFilter where;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        List<Letter> letters = Beans.of(Letters.class).all().stream()
                .filter(letter -> settled || letter.state() == Letters.State.OPEN)
                .filter(letter -> where == null || where.letters().test(letter))
                .toList();
        LetterTable.print(letters, output.format);
        return ExitCode.OK;
    }
}
