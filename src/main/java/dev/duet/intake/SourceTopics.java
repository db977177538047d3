package dev.duet.intake;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/** Reads {@code duet.source.topics}. */
public final class SourceTopics {
    private static final Pattern LIST = Pattern.compile("[a-zA-Z0-9._,\\s-]*");

    private SourceTopics() {}

    /**
     * One regular expression for what the setting means. Kafka subscribes to lists by it as well, so that topics that don't exist
     * yet are found when they appear.
     *
     * @throws IllegalArgumentException with a sentence that names the key and the fix
     */
    public static String pattern(String topics) {
        return pattern("duet.source.topics", topics);
    }

    /** What is read: the expression that the consumer subscribes to, which leaves out what Duet pipelines write themselves. */
    static Pattern subscribed(Config config) {
        return Pattern.compile(config.getOptionalValue(SubscriptionKey.NAME, String.class)
                .orElseGet(() -> pattern(config.getOptionalValue("duet.source.topics", String.class)
                        .orElse(""))));
    }

    static boolean isList(String topics) {
        return LIST.matcher(topics).matches();
    }

    /** As {@link #pattern(String)}, for a setting of the same grammar under another key. */
    public static String pattern(String key, String topics) {
        if (isList(topics)) {
            String names = Arrays.stream(topics.split(","))
                    .map(String::trim)
                    .filter(name -> !name.isEmpty())
                    .map(name -> name.replace(".", "\\."))
                    .collect(Collectors.joining("|"));
            if (names.isEmpty()) {
                throw new IllegalArgumentException(key + " is empty; set it to the change topics, say "
                        + "pgsrc.public.orders,pgsrc.public.items or pgsrc\\.public\\..*");
            }
            return names;
        }
        try {
            return Pattern.compile(topics.trim()).pattern();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    key + " is neither a list of topic names nor a regular expression ("
                            + e.getDescription()
                            + "); set it to, say, pgsrc.public.orders,pgsrc.public.items or pgsrc\\.public\\..*",
                    e);
        }
    }
}
