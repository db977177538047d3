package dev.duet.intake;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The topics that a pipeline writes itself. Read as sources they would feed themselves: a dead letter becomes a dead letter, an event
 * of a delivery makes another delivery. They are left out of what an expression matches, and refused in a list.
 *
 * <p>By name that is decided for this pipeline, and for every topic named {@code *.dead-letters}. A topic of another pipeline whose name
 * a table's topic may have too is told by its records ({@link ForeignRecords}).
 *
 * @param deadLetters this pipeline's dead-letter topic, empty if its name is the default one
 * @param imports whether this pipeline reads its own import topics
 */
public record OwnTopics(String pipeline, String deadLetters, boolean imports) {
    private static final Pattern BETWEEN = Pattern.compile("\\s*,\\s*");

    /** @return an expression for what the given one matches, without the own topics, and with the import topics if these are read */
    String without(String pattern) {
        String others = "(?!(?:" + own() + ")$)(?:" + pattern + ")";
        return imports ? others + "|" + ImportTopic.pattern(pipeline) : others;
    }

    /**
     * Refuses a list that names one.
     *
     * @param topics the value of {@code duet.source.topics}
     * @throws IllegalArgumentException with a sentence that names key, topic and fix
     */
    public void check(String topics) {
        if (!SourceTopics.isList(topics)) {
            return;
        }
        Pattern own = Pattern.compile(own());
        String named = Arrays.stream(BETWEEN.split(topics.trim()))
                .filter(topic -> own.matcher(topic).matches())
                .collect(Collectors.joining(", "));
        if (!named.isEmpty()) {
            throw new IllegalArgumentException("duet.source.topics names " + named
                    + ", which a Duet pipeline writes itself: remove it from the list. Dead letters are sent again by duet dead-letters"
                    + " retry; import topics are read with duet.source.imports=true");
        }
    }

    private String own() {
        return Stream.of(
                        ".*\\.dead-letters",
                        deadLetters.isEmpty() ? "" : Pattern.quote(deadLetters),
                        Pattern.quote(pipeline + ".deliveries"),
                        ImportTopic.pattern(pipeline)) // if they are read, not as what the expression matches
                .filter(expression -> !expression.isEmpty())
                .collect(Collectors.joining("|"));
    }
}
