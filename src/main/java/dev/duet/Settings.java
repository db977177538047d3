package dev.duet;

import dev.duet.delta.DeltaConfig;
import dev.duet.failpoint.FailPoint;
import dev.duet.intake.OwnTopics;
import dev.duet.intake.SourceConfig;
import dev.duet.intake.SourceTopics;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Checks what can be checked before anything is connected to: each refusal is one sentence with the key and the fix. */
@Singleton
final class Settings {
    private static final Pattern PIPELINE = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    private final DuetConfig duet;
    private final SourceConfig source;
    private final DeltaConfig delta;
    private final Optional<String> reactiveUrl;
    private final Optional<String> bootstrapServers;
    private final Optional<String> deadLetters;

    Settings(
            DuetConfig duet,
            SourceConfig source,
            DeltaConfig delta,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") Optional<String> reactiveUrl,
            @ConfigProperty(name = "kafka.bootstrap.servers") Optional<String> bootstrapServers,
            @ConfigProperty(name = "mp.messaging.outgoing.dead-letters.topic") Optional<String> deadLetters) {
        this.deadLetters = deadLetters;
        this.duet = duet;
        this.source = source;
        this.delta = delta;
        this.reactiveUrl = reactiveUrl;
        this.bootstrapServers = bootstrapServers;
    }

    /** @throws ConfigurationException with the sentence */
    void check() {
        checkFailPoint();
        if (duet.pipeline().isEmpty()) {
            throw refusal("duet.pipeline is missing: set it to this pipeline's name, for example funds;"
                    + " it is the consumer group and the key of the stored positions");
        }
        if (!PIPELINE.matcher(duet.pipeline().get()).matches()) {
            throw refusal(
                    "duet.pipeline is '" + duet.pipeline().get()
                            + "': set it to 1 to 200 letters, digits, dots, hyphens or underscores, as a Kafka group and topic allow");
        }
        checkSource();
        if (delta.root().isEmpty()) {
            throw refusal(
                    "duet.delta.root is missing: set it to where the Delta tables live, for example s3a://lake/funds");
        }
        if (bootstrapServers.isEmpty()) {
            throw refusal(
                    "kafka.bootstrap.servers is missing: set it to the brokers, for example kafka-1:9092,kafka-2:9092");
        }
        if (reactiveUrl.isEmpty() || !reactiveUrl.get().startsWith("postgresql://")) {
            throw refusal("quarkus.datasource.reactive.url is "
                    + (reactiveUrl.isEmpty() ? "missing" : "not a PostgreSQL address")
                    + ": set it to the target database, for example postgresql://db:5432/warehouse");
        }
    }

    private void checkFailPoint() {
        try {
            FailPoint.check();
        } catch (IllegalArgumentException e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
        if (duet.failpoint().at().isPresent() && !FailPoint.isArmed()) {
            throw refusal("duet.failpoint.at is for tests of crashes and works as a system property only: remove it");
        }
    }

    private void checkSource() {
        if (source.topics().isEmpty()) {
            throw refusal("duet.source.topics is missing: set it to the change topics, for example"
                    + " pgsrc.public.orders,pgsrc.public.items or the regular expression pgsrc\\.public\\..*");
        }
        try {
            var unused = SourceTopics.pattern(source.topics().get());
            new OwnTopics(duet.pipeline().orElse("duet"), deadLetters.orElse(""), source.imports())
                    .check(source.topics().get());
            source.flattenedTopics().ifPresent(topics -> SourceTopics.pattern("duet.source.flattened-topics", topics));
        } catch (IllegalArgumentException e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
    }

    static ConfigurationException refusal(String sentence) {
        return new ConfigurationException(sentence);
    }
}
