package dev.duet.cli;

import dev.duet.intake.Letters;
import dev.duet.intake.Letters.Letter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Letters to send again. */
@Configured
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description =
                "Sends open dead letters to their topics again, when what made them unreadable is mended. Each is sent once, however often the"
                        + " command is run. In the mirror a letter replaces nothing newer; but it brings back a row that was deleted meanwhile."
                        + " So letters whose key has a later change are left out, unless --force is given (docs/operations.md).")
final class DeadLettersRetryCommand implements Callable<Integer> {
    @Mixin
    LetterChoice choice = new LetterChoice();

    @Option(names = "--force", description = "Send letters too whose key has a later change or delete.")
    boolean force;

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
        Map<Letter, Long> overtaken = letters.overtaken(chosen);
        overtaken.forEach((letter, later) -> warn(letter, later));
        List<Letter> sent = chosen.stream()
                .filter(letter -> force || !overtaken.containsKey(letter))
                .toList();
        if (sent.isEmpty()) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    "nothing was sent: each of these letters was overtaken. Discard them, or send them with --force");
        }
        LetterTable.print(sent, output.format);
        Set<LetterId> ids = sent.stream().map(LetterId::of).collect(Collectors.toSet());
        if (confirmation.isGiven()) {
            int count =
                    letters.retry(letter -> ids.contains(LetterId.of(letter))).size();
            System.err.println(count + " letters sent again"
                    + (sent.size() < chosen.size() ? ", " + (chosen.size() - sent.size()) + " left out" : ""));
        }
        return sent.size() < chosen.size() ? ExitCode.REFUSED : ExitCode.OK;
    }

    private void warn(Letter letter, long later) {
        System.err.println("letter " + LetterId.of(letter) + " of " + letter.topic() + "-" + letter.sourcePartition()
                + "@" + letter.sourceOffset() + " was overtaken: its key has a later record at offset " + later
                + ". If that deleted the row, the letter brings it back into both copies; if not, the letter changes"
                + " no row. " + (force ? "It is sent all the same (--force)." : "It is left out; --force sends it."));
    }
}
