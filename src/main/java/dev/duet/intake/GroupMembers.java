package dev.duet.intake;

import java.util.concurrent.CompletionStage;

/** Who is in the consumer group. */
@FunctionalInterface
interface GroupMembers {
    /** Whether the group has a member with this {@code group.instance.id}. Fails if Kafka does not answer. */
    CompletionStage<Boolean> has(String instanceId);
}
