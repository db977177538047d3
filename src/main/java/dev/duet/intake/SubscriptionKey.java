package dev.duet.intake;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers the messaging framework's question for its subscription from {@code duet.source.topics}, so that users meet one key. An
 * interceptor, since it sees the key wherever the configuration has it: a system property, a variable, a file named by
 * {@code quarkus.config.locations}, a profile. A value that can't be read is left out here and reported at start-up by name.
 *
 * <p>Before the interceptors that expand expressions: an expression's characters in a regular expression are not theirs.
 */
@Priority(Priorities.APPLICATION + 500)
public final class SubscriptionKey implements ConfigSourceInterceptor {
    /** The regular expression that names of topics that are read match. */
    static final String NAME = "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".topic";

    private static final long serialVersionUID = 1;

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue configured = context.proceed(name);
        return configured == null && name.equals(NAME) ? subscription(context) : configured;
    }

    @Override
    public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
        Set<String> names = new TreeSet<>();
        context.iterateNames().forEachRemaining(names::add);
        names.add(NAME);
        return names.iterator();
    }

    private static @Nullable ConfigValue subscription(ConfigSourceInterceptorContext context) {
        String topics = value(context, "duet.source.topics");
        if (topics == null) {
            return null;
        }
        try {
            return ConfigValue.builder()
                    .withName(NAME)
                    .withValue(ownTopics(context).without(SourceTopics.pattern(topics)))
                    .withConfigSourceName("duet.source.topics")
                    .build();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static OwnTopics ownTopics(ConfigSourceInterceptorContext context) {
        String pipeline = value(context, "duet.pipeline");
        String deadLetters = value(context, "mp.messaging.outgoing." + KafkaOutlet.CHANNEL + ".topic");
        return new OwnTopics(
                pipeline == null ? "duet" : pipeline,
                deadLetters == null ? "" : deadLetters,
                "true".equalsIgnoreCase(value(context, "duet.source.imports")));
    }

    private static @Nullable String value(ConfigSourceInterceptorContext context, String name) {
        ConfigValue value = context.proceed(name);
        return value == null || value.getValue() == null || value.getValue().isBlank() ? null : value.getValue();
    }
}
