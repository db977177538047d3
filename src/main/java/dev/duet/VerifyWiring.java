package dev.duet;

import dev.duet.delta.ComparedDeltaLogs;
import dev.duet.delta.DeltaConfig;
import dev.duet.delta.StoreCheckup;
import dev.duet.inspect.Checkup;
import dev.duet.inspect.Checkups;
import dev.duet.inspect.ComparedLogs;
import dev.duet.inspect.ComparedTables;
import dev.duet.inspect.TopicEnds;
import dev.duet.intake.KafkaTopicEnds;
import dev.duet.intake.SourceConfig;
import dev.duet.intake.TopicCheckup;
import dev.duet.postgres.ComparedDatabases;
import io.quarkus.arc.Unremovable;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code duet verify} and {@code duet doctor} are given: made when they ask for it. */
@Singleton
final class VerifyWiring {
    @Produces
    @Dependent
    @Unremovable
    ComparedTables tables(ComparedDatabases databases, DuetConfig duet) {
        return databases.open(duet.pipeline().orElseThrow());
    }

    @Produces
    @Singleton
    @Unremovable
    ComparedLogs logs(DeltaConfig config) {
        return new ComparedDeltaLogs(config);
    }

    @Produces
    @Dependent
    @Unremovable
    TopicEnds topics(@Identifier("default-kafka-broker") Map<String, Object> kafka, SourceConfig config) {
        return new KafkaTopicEnds(kafka);
    }

    @Produces
    @Dependent
    @Unremovable
    Checkups checkups(
            ComparedDatabases databases,
            DeltaConfig delta,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            SourceConfig source,
            DuetConfig duet) {
        String pipeline = duet.pipeline().orElseThrow();
        List<Checkup> all = new ArrayList<>(databases.checkups(pipeline));
        all.add(new TopicCheckup(kafka, pipeline));
        all.add(new StoreCheckup(delta));
        return () -> List.copyOf(all);
    }
}
