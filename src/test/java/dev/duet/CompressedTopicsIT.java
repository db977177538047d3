package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Guarantee: however the broker's records are compressed, each is delivered once. Some of these codecs are native libraries. */
class CompressedTopicsIT {
    private static final List<String> CODECS = List.of("gzip", "lz4", "zstd", "snappy", "uncompressed");

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void eachCodecIsRead() throws Exception {
        String database = stack.freshDatabase("codecs");
        String root = "s3a://" + stack.s3Bucket() + "/codecs";
        Map<String, String> settings = ServiceProcess.settings(stack, "codecs", database, root);
        settings.put("duet.source.topics", "codecs\\.public\\..*");
        List<FundHistory> histories = new ArrayList<>();
        try (Connection connection = stack.connect(database, "duet")) {
            for (String codec : CODECS) {
                FundHistory history = new FundHistory(
                        stack.bootstrapServers(),
                        "codecs",
                        codec,
                        1,
                        histories.size(),
                        Map.of("compression.type", codec),
                        false);
                histories.add(history);
                history.snapshot(1000);
                history.changes(2000);
                settings.put("duet.source.columns.\"public." + codec + "\"", FundHistory.COLUMNS);
            }
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                for (FundHistory history : histories) {
                    Checks.awaitDelivered(
                            connection, "codecs", history.topic(), history.written(), Duration.ofMinutes(2));
                }
                assertThat(service.health("ready")).isEqualTo(200);
            }
            List<List<JsonNode>> logs = IndependentReader.read(
                    stack,
                    CODECS.stream().map(codec -> root + "/public/" + codec).toArray(String[]::new));
            for (int i = 0; i < CODECS.size(); i++) {
                FundHistory history = histories.get(i);
                Checks.mirrorEquals(connection, "public." + CODECS.get(i), history.rows());
                Checks.ledgerAddsUp(connection, "codecs", history.topic(), history.total());
                Checks.logHoldsEachOnce(logs.get(i), history.topic(), history.written());
            }
        } finally {
            histories.forEach(FundHistory::close);
        }
    }
}
