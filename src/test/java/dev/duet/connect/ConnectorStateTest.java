package dev.duet.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.connect.ConnectorState.Trouble;
import dev.duet.delivery.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectorStateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RUNNING =
            "{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"}]}";

    @Test
    void aConnectorWithRunningTasksHasNoTrouble() throws Exception {
        assertThat(ConnectorState.troubles("c", JSON.readTree(RUNNING))).isEmpty();
    }

    @Test
    void aConnectorWithoutTasksMayBeInARebalance() throws Exception {
        assertThat(ConnectorState.troubles("c", JSON.readTree("{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}")))
                .containsExactly(
                        new Trouble("state", "it has no task", "Restart it: POST /connectors/c/restart.", false));
        assertThat(only("UNASSIGNED", "").lasts()).isFalse();
        assertThat(only("PAUSED", "").lasts()).isTrue();
    }

    /** The trace is the one that Connect 4.3 shows for 300 new tables and a time limit of 10 s. */
    @Test
    void aTransactionThatTookTooLongIsNamedWithTheSettingThatHelps() {
        Trouble trouble = only(
                "FAILED",
                "org.apache.kafka.connect.errors.ConnectException: The task many-0 was unable to finish\n"
                        + "\tat org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask.x(ExactlyOnceWorkerSourceTask.java:1)\n"
                        + "Caused by: org.apache.kafka.common.errors.InvalidProducerEpochException: Producer with\n");
        assertThat(trouble.what()).isEqualTo("task 0");
        assertThat(trouble.lasts()).isTrue();
        assertThat(trouble.detail())
                .isEqualTo("it is FAILED: org.apache.kafka.connect.errors.ConnectException, caused by"
                        + " org.apache.kafka.common.errors.InvalidProducerEpochException");
        assertThat(trouble.fix())
                .contains("producer.override.transaction.timeout.ms")
                .endsWith("POST /connectors/c/restart?includeTasks=true&onlyFailed=true.");
    }

    @Test
    void ofOtherErrorsOnlyTheKindIsShown() {
        Trouble trouble = only(
                "FAILED",
                "org.apache.kafka.connect.errors.DataException: bad value 4711\nsecret line\n\tat a.B.c(B.java:1)\n\t... 8 more");
        assertThat(trouble.detail()).isEqualTo("it is FAILED: org.apache.kafka.connect.errors.DataException");
        assertThat(trouble.fix()).startsWith("Read its trace (GET /connectors/c/status)");
        assertThat(only("FAILED", "4711 is no class").detail()).isEqualTo("it is FAILED");
    }

    @Test
    void whatLastsIsToldAtOnceAndWhatMayPassWhenItStays() throws Exception {
        List<String> heard = new ArrayList<>();
        ConnectorWatch watch = new ConnectorWatch(new NoConnect(), new DeliveryListener() {
            @Override
            public void connectorLost(String reason, String advice) {
                heard.add(reason);
            }

            @Override
            public void connectorBack() {
                heard.add("back");
            }
        });
        Optional<Trouble> well = ConnectorWatch.worst(Map.of("c", JSON.readTree(RUNNING)));
        watch.heard(well);
        Optional<Trouble> missing = ConnectorWatch.worst(Map.of());
        for (int i = 1; i < ConnectorWatch.PATIENCE; i++) {
            watch.heard(missing);
        }
        watch.heard(well);
        assertThat(heard).isEmpty();
        for (int i = 0; i < ConnectorWatch.PATIENCE + 2; i++) {
            watch.heard(missing);
        }
        watch.heard(well);
        watch.heard(well);
        Optional<Trouble> failed =
                ConnectorWatch.worst(Map.of("a", status("UNASSIGNED", ""), "b", status("FAILED", "")));
        watch.heard(failed);
        watch.heard(failed);
        watch.heard(well);
        assertThat(heard)
                .containsExactly(
                        "connector: Kafka Connect has no such connector",
                        "back",
                        "connector b, task 0: it is FAILED",
                        "back");
    }

    private static final class NoConnect implements ConnectConfig {
        @Override
        public Optional<String> url() {
            return Optional.empty();
        }

        @Override
        public Optional<String> connector() {
            return Optional.empty();
        }
    }

    private static Trouble only(String state, String trace) {
        List<Trouble> troubles = ConnectorState.troubles("c", status(state, trace));
        assertThat(troubles).hasSize(1);
        return troubles.getFirst();
    }

    private static JsonNode status(String state, String trace) {
        var status = JSON.createObjectNode();
        status.putObject("connector").put("state", "RUNNING");
        status.putArray("tasks").addObject().put("id", 0).put("state", state).put("trace", trace);
        return status;
    }
}
