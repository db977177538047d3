package dev.duet.intake;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Gives the messaging framework its subscription from {@code duet.source.topics}, so that users meet one key. A value that can't be
 * read is left out here and reported at start-up by name.
 */
public final class ChannelConfigSource implements ConfigSourceFactory {
    private static final int BELOW_APPLICATION_PROPERTIES = 100;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue topics = context.getValue("duet.source.topics");
        if (topics == null || topics.getValue() == null) {
            return List.of();
        }
        try {
            Map<String, String> channel = Map.of(
                    "mp.messaging.incoming." + ChangeConsumer.CHANNEL + ".topic",
                    withImports(context, SourceTopics.pattern(topics.getValue())));
            return List.of(new PropertiesConfigSource(channel, "duet.source.topics", BELOW_APPLICATION_PROPERTIES));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private static String withImports(ConfigSourceContext context, String pattern) {
        ConfigValue pipeline = context.getValue("duet.pipeline");
        ConfigValue imports = context.getValue("duet.source.imports");
        boolean on = imports != null && "true".equalsIgnoreCase(imports.getValue());
        return !on || pipeline == null || pipeline.getValue() == null
                ? pattern
                : "(?:" + pattern + ")|" + ImportTopic.pattern(pipeline.getValue());
    }
}
