package dev.duet.cli;

import dev.duet.intake.Letters.Letter;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints letters, without their keys and values. */
final class LetterTable {
    private LetterTable() {}

    static void print(List<Letter> letters, Format format) {
        PrintStream out = Answer.out();
        if (format == Format.JSON) {
            Answer.print(out, letters.stream().map(LetterTable::json).toList());
            return;
        }
        try (Grid grid = new Grid(
                out, List.of("letter", "state", "read at", "failed at", "tries", "copies", "bytes", "reason"))) {
            letters.forEach(letter -> grid.row(List.of(
                    LetterId.of(letter),
                    Answer.word(letter.state()),
                    letter.topic() + "-" + letter.sourcePartition() + "@" + letter.sourceOffset(),
                    letter.at(),
                    letter.tries(),
                    letter.copies(),
                    letter.omittedBytes() < 0 ? letter.valueBytes() : letter.omittedBytes() + " omitted",
                    letter.reason())));
        }
    }

    private static Map<String, Object> json(Letter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("letter", LetterId.of(letter).toString());
        json.put("state", Answer.word(letter.state()));
        json.put("topic", letter.topic());
        json.put("partition", letter.sourcePartition());
        json.put("offset", letter.sourceOffset());
        json.put("firstOffset", letter.firstOffset());
        json.put("at", letter.at());
        json.put("tries", letter.tries());
        json.put("copies", letter.copies());
        json.put("keyBytes", letter.keyBytes());
        json.put("valueBytes", letter.valueBytes());
        json.put("omittedBytes", letter.omittedBytes());
        json.put("reason", letter.reason());
        return json;
    }
}
