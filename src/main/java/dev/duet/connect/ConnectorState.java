package dev.duet.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What keeps a connector from sending, as Kafka Connect's account of its state has it. Pure. */
public final class ConnectorState {
    /** The error of an exactly-once task whose transaction the broker has ended: its producer may not go on. */
    private static final Set<String> ENDED_TRANSACTION = Set.of(
            "InvalidProducerEpochException",
            "ProducerFencedException",
            "InvalidTxnStateException",
            "TransactionAbortedException",
            "TransactionAbortableException");

    private static final String CAUSE = "Caused by: ";

    private ConnectorState() {}

    /**
     * One thing that is not well.
     *
     * @param what the thing in a few words: state, task 0
     * @param detail how it is; of a trace the kinds of its errors alone, since their messages may quote a row
     * @param fix what to do, in one or two sentences
     * @param lasts whether it stays so until somebody acts; else it may be a rebalance of Connect
     */
    public record Trouble(String what, String detail, String fix, boolean lasts) {}

    /**
     * Whether these are settings of a connector that is looked at if none is named: Debezium's for PostgreSQL, the one that sends the events
     * of deliveries among them.
     */
    public static boolean isOfPostgres(JsonNode settings) {
        return settings.path("connector.class").asText().endsWith("PostgresConnector");
    }

    /**
     * All that is not well, the connector itself first; empty if it runs.
     *
     * @param status as {@code /connectors/NAME/status} has it
     */
    public static List<Trouble> troubles(String name, JsonNode status) {
        List<Trouble> troubles = new ArrayList<>();
        String state = status.at("/connector/state").asText("UNKNOWN");
        JsonNode tasks = status.path("tasks");
        if (state.equals("RUNNING") && tasks.isEmpty()) {
            troubles.add(new Trouble(
                    "state", "it has no task", "Restart it: POST /connectors/" + name + "/restart.", false));
        } else if (!state.equals("RUNNING")) {
            troubles.add(
                    trouble(name, "state", state, status.at("/connector/trace").asText()));
        }
        for (JsonNode task : tasks) {
            String of = task.path("state").asText("UNKNOWN");
            if (!of.equals("RUNNING")) {
                troubles.add(trouble(
                        name,
                        "task " + task.path("id").asText(),
                        of,
                        task.path("trace").asText()));
            }
        }
        return troubles;
    }

    private static Trouble trouble(String name, String what, String state, String trace) {
        boolean standsByOrder = state.equals("PAUSED") || state.equals("STOPPED");
        String kinds = String.join(", caused by ", kinds(trace));
        String detail = "it is " + state + (kinds.isEmpty() ? "" : ": " + kinds);
        String restart = "POST /connectors/" + name + "/restart?includeTasks=true&onlyFailed=true.";
        String fix;
        if (standsByOrder) {
            fix = "PUT /connectors/" + name + "/resume.";
        } else if (kinds(trace).stream().map(ConnectorState::simple).anyMatch(ENDED_TRANSACTION::contains)) {
            fix =
                    "Its transaction has taken longer than producer.override.transaction.timeout.ms, as happens while many topics are"
                            + " made (set it to 120000 or more), or another worker has its place. Then " + restart;
        } else {
            fix = "Read its trace (GET /connectors/" + name + "/status), mend the cause, then " + restart;
        }
        return new Trouble(what, detail, fix, standsByOrder || state.equals("FAILED"));
    }

    /** The classes of the outermost error and of its root, without their messages. */
    private static List<String> kinds(String trace) {
        List<String> lines = trace.lines()
                .filter(line -> line.startsWith(CAUSE) || !line.startsWith("\t"))
                .toList();
        if (lines.isEmpty()) {
            return List.of();
        }
        List<String> kinds = new ArrayList<>();
        kind(lines.getFirst()).ifPresent(kinds::add);
        lines.stream()
                .filter(line -> line.startsWith(CAUSE))
                .reduce((first, second) -> second)
                .flatMap(line -> kind(line.substring(CAUSE.length())))
                .ifPresent(kinds::add);
        return kinds;
    }

    private static Optional<String> kind(String line) {
        String name = line.split("[:\\s]", 2)[0];
        return name.matches("[a-zA-Z_$][\\w$]*(\\.[\\w$]+)+") ? Optional.of(name) : Optional.empty();
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
