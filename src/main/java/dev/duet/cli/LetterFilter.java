package dev.duet.cli;

import dev.duet.intake.Letters.Letter;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.TypeConversionException;

/**
 * Which letters.
 *
 * <pre>
 * reason~EXPRESSION   the reason holds something that matches the regular expression
 * topic=NAME          it was read from this topic
 * </pre>
 */
record LetterFilter(Predicate<Letter> letters) {
    private static final Pattern TEXT = Pattern.compile("(reason~|topic=)(.+)", Pattern.DOTALL);

    static LetterFilter parse(String text) {
        Matcher filter = TEXT.matcher(text);
        if (!filter.matches()) {
            throw new TypeConversionException("'" + text + "' is no condition: write reason~EXPRESSION or topic=NAME");
        }
        String value = filter.group(2);
        if (filter.group(1).equals("topic=")) {
            return new LetterFilter(letter -> letter.topic().equals(value));
        }
        try {
            Pattern reason = Pattern.compile(value);
            return new LetterFilter(letter -> reason.matcher(letter.reason()).find());
        } catch (PatternSyntaxException e) {
            throw new TypeConversionException("'" + value + "' is no regular expression: " + e.getDescription());
        }
    }
}
