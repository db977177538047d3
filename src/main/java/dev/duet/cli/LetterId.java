package dev.duet.cli;

import dev.duet.intake.Letters.Letter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a letter lies in the dead-letter topic: its offset, or {@code partition:offset}.
 *
 * @param partition 0 if it is not named: the topic is made with one
 */
record LetterId(int partition, long offset) {
    private static final Pattern TEXT = Pattern.compile("(?:(\\d{1,6}):)?(\\d{1,18})");

    static LetterId parse(String text) {
        Matcher id = TEXT.matcher(text);
        if (!id.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is no letter: write its offset, or partition:offset, as list shows it");
        }
        return new LetterId(id.group(1) == null ? 0 : Integer.parseInt(id.group(1)), Long.parseLong(id.group(2)));
    }

    static LetterId of(Letter letter) {
        return new LetterId(letter.partition(), letter.offset());
    }

    @Override
    public String toString() {
        return partition == 0 ? Long.toString(offset) : partition + ":" + offset;
    }
}
