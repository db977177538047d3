package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: where reading resumes is in the sinks, whatever the group's offsets in Kafka say; partitions that are added are read
 * from their beginning; a record larger than all bounds of fetches and buffers passes.
 */
class PositionsIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void resetOffsetsNewPartitionsAndALargeRecord() throws Exception {
        String database = stack.freshDatabase("positions");
        String root = "s3a://" + stack.s3Bucket() + "/positions";
        Map<String, String> settings = ServiceProcess.settings(stack, "positions", database, root);
        try (FundHistory history = new FundHistory(
                        stack.bootstrapServers(),
                        "positions",
                        "funds",
                        2,
                        41,
                        Map.of("max.message.bytes", "20000000"),
                        false);
                Connection connection = stack.connect(database, "duet")) {
            settings.put("duet.source.topics", history.topic());
            settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
            settings.put("duet.max-buffered-bytes", "1M");
            history.snapshot(1_000);
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                awaitDelivered(connection, history);
                service.terminate();
            }
            reset(
                    history,
                    partition -> history.written()[partition] + 500,
                    () -> history.changes(2_000)); // to the latest
            try (ServiceProcess service = ServiceProcess.start(settings)) {
                awaitDelivered(connection, history);
                service.terminate();
            }
            reset(history, partition -> 0L, () -> history.changes(500)); // to the earliest
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                awaitDelivered(connection, history);
                history.addPartitions(4);
                history.snapshot(400);
                history.changes(1_000);
                history.large(12_000_000);
                history.changes(200);
                awaitDelivered(connection, history);
                service.awaitReadiness(200, "");
                assertThat(Arrays.stream(history.written()).min().orElseThrow()).isGreaterThan(50);
            }
            Checks.mirrorEquals(connection, "public.funds", history.rows());
            Checks.ledgerAddsUp(connection, "positions", history.topic(), history.total());
            List<JsonNode> log =
                    IndependentReader.read(stack, root + "/public/funds").getFirst();
            Checks.logHoldsEachOnce(log, history.topic(), history.written());
            Checks.foldEquals(log, history.rows());
        }
    }

    private static void awaitDelivered(Connection connection, FundHistory history) throws Exception {
        Checks.awaitDelivered(connection, "positions", history.topic(), history.written(), Duration.ofMinutes(2));
    }

    /** Resets the stopped group's offsets as an operator would, after the changes. */
    private void reset(FundHistory history, java.util.function.IntToLongFunction offset, Runnable changes)
            throws Exception {
        changes.run();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition = 0; partition < history.written().length; partition++) {
            long to = Math.min(offset.applyAsLong(partition), history.written()[partition]);
            offsets.put(new TopicPartition(history.topic(), partition), new OffsetAndMetadata(to));
        }
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.alterConsumerGroupOffsets("positions", offsets).all().get();
        }
    }
}
