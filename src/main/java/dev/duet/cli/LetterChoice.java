package dev.duet.cli;

import dev.duet.inspect.NotFoundException;
import dev.duet.intake.Letters;
import dev.duet.intake.Letters.Letter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which open letters something is done to. */
final class LetterChoice {
    @Parameters(
            paramLabel = "OFFSET",
            arity = "0..*",
            description = "Letters by their offset in the dead-letter topic, or partition:offset.")
    List<LetterId> ids = List.of();

    @Option(names = "--all", description = "All open letters.")
    boolean all;

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            description = "The open letters with reason~EXPRESSION or topic=NAME.")
    @Nullable
    LetterFilter where;

    /** @throws IllegalArgumentException unless exactly one way to choose was taken */
    void check() {
        int ways = (ids.isEmpty() ? 0 : 1) + (all ? 1 : 0) + (where == null ? 0 : 1);
        if (ways != 1) {
            throw new IllegalArgumentException(
                    "name letters by their offsets, or with --where, or all with --all: one of these");
        }
    }

    /** @throws NotFoundException if there is none */
    List<Letter> open(Letters letters) {
        List<Letter> open = letters.all().stream()
                .filter(letter -> letter.state() == Letters.State.OPEN && test(letter))
                .toList();
        if (open.isEmpty()) {
            throw new NotFoundException(
                    "no open letter of topic " + letters.topic() + " is meant; duet dead-letters list shows them");
        }
        return open;
    }

    boolean test(Letter letter) {
        return all || (where != null && where.letters().test(letter)) || ids.contains(LetterId.of(letter));
    }
}
