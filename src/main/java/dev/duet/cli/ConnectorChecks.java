package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.duet.connect.ConnectorState;
import dev.duet.inspect.Finding;
import dev.duet.intake.SourceConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a connector's state and configuration mean for the service (docs/configuration.md, "The connector"). Pure. */
final class ConnectorChecks {
    private static final String AREA = "connector";
    private static final String JSON = "org.apache.kafka.connect.json.JsonConverter";

    /** Kafka's default. Less has been seen to be too little for 300 new tables. */
    private static final int DEFAULT_MILLIS = 60_000;

    private final String name;
    private final JsonNode config;
    private final SourceConfig source;
    private final List<Finding> findings = new ArrayList<>();

    private ConnectorChecks(String name, JsonNode config, SourceConfig source) {
        this.name = name;
        this.config = config;
        this.source = source;
    }

    /**
     * @param connector as {@code /connectors?expand=info&expand=status} has it
     */
    static List<Finding> of(String name, JsonNode connector, SourceConfig source) {
        ConnectorChecks checks = new ConnectorChecks(name, connector.at("/info/config"), source);
        checks.state(connector.path("status"));
        checks.converter("key");
        checks.converter("value");
        checks.losses();
        checks.modes();
        checks.transactions();
        checks.habits();
        return checks.findings;
    }

    /** The state alone: of the connector that sends the events of deliveries, which reads one table of ours. */
    static List<Finding> ofState(String name, JsonNode connector, SourceConfig source) {
        ConnectorChecks checks = new ConnectorChecks(name, connector.at("/info/config"), source);
        checks.state(connector.path("status"));
        checks.transactions();
        return checks.findings;
    }

    private void state(JsonNode status) {
        ConnectorState.troubles(name, status).forEach(one -> fail(one.what(), one.detail(), one.fix()));
        if (findings.isEmpty()) {
            findings.add(Finding.ok(AREA, name, "runs"));
        }
    }

    private void converter(String side) {
        String converter = setting(side + ".converter", "");
        if (converter.isEmpty()) {
            warn(side + ".converter", "the worker's is used, which is not looked at", "Set it in the connector.");
        } else if (converter.equals(JSON)) {
            if (!setting(side + ".converter.replace.null.with.default", "true").equals("false")) {
                fail(
                        side + ".converter.replace.null.with.default",
                        "nulls come as the column's default",
                        "Set it to false and send the rows again.");
            }
        }
    }

    /** Settings by which values or rows are lost. */
    private void losses() {
        String skipped = setting("skipped.operations", "t");
        if (!skipped.equals("none")) {
            warn("skipped.operations", "it is " + skipped + ": the mirror keeps rows that are gone", "Set it to none.");
        }
        if (!setting("include.unknown.datatypes", "false").equals("true")) {
            warn(
                    "include.unknown.datatypes",
                    "columns of types that Debezium does not know are missing from the events",
                    "Set it to true.");
        }
        String decimals = setting("decimal.handling.mode", "precise");
        if (decimals.equals("double")) {
            fail("decimal.handling.mode", "double rounds", "Set it to string.");
        }
        String times = setting("time.precision.mode", "adaptive");
        if (times.equals("connect")) {
            fail("time.precision.mode", "connect cuts microseconds", "Set it to adaptive.");
        }
        if (setting("interval.handling.mode", "numeric").equals("numeric")) {
            warn("interval.handling.mode", "an interval as a number stops the table", "Set it to string.");
        }
        if (!setting("column.propagate.source.type", "").equals(".*")) {
            warn(
                    "column.propagate.source.type",
                    "lengths and precisions of types are lost for columns that it does not name",
                    "Set it to .*, or make the mirror tables yourself.");
        }
    }

    /** What the records don't say must be the same on both sides. */
    private void modes() {
        String placeholder = setting("unavailable.value.placeholder", "__debezium_unavailable_value");
        if (!placeholder.equals(source.unavailableValuePlaceholder())) {
            fail(
                    "unavailable.value.placeholder",
                    "it is not duet.source.unavailable-value-placeholder: it would be written as a value",
                    "Set both to the same.");
        }
        if (!setting("value.converter.schemas.enable", "true").equals("false")) {
            return;
        }
        same("decimal.handling.mode", "precise", source.decimalHandlingMode(), "decimal-handling-mode");
        same("time.precision.mode", "adaptive", source.timePrecisionMode(), "time-precision-mode");
        same("binary.handling.mode", "bytes", source.binaryHandlingMode(), "binary-handling-mode");
    }

    private void same(String setting, String otherwise, Enum<?> ours, String key) {
        String there = setting(setting, otherwise).replace('_', '-');
        String here = ours.name().toLowerCase(Locale.ROOT).replace('_', '-');
        if (!there.equals(here)) {
            fail(
                    setting,
                    "it is " + there + ", and duet.source." + key + " is " + here
                            + ": without schemas values are misread",
                    "Set duet.source." + key + "=" + there + ".");
        }
    }

    /** A topic is made inside the open transaction of an exactly-once task, which the broker ends after this time. */
    private void transactions() {
        String key = "producer.override.transaction.timeout.ms";
        int millis = config.path(key).asInt(DEFAULT_MILLIS);
        if (millis < DEFAULT_MILLIS
                && setting("exactly.once.support", "requested").equals("required")) {
            warn(
                    key,
                    "it is " + millis + ": while many topics are made a transaction takes longer, and the task fails",
                    "Set it to 120000.");
        }
    }

    private void habits() {
        if (!setting("exactly.once.support", "requested").equals("required")) {
            warn(
                    "exactly.once.support",
                    "after a crash Connect repeats events as new records",
                    "Set it to required, with exactly.once.source.support=enabled in the worker.");
        }
        if (setting("heartbeat.interval.ms", "0").equals("0")) {
            warn("heartbeat.interval.ms", "there are no heartbeats", "Set it to 10000.");
        }
        if (setting("tombstones.on.delete", "true").equals("true")) {
            warn("tombstones.on.delete", "each delete comes with a record that is only counted", "Set it to false.");
        }
    }

    private String setting(String key, String otherwise) {
        return config.path(key).asText(otherwise);
    }

    private void warn(String what, String detail, String fix) {
        findings.add(Finding.warning(AREA, name + ": " + what, detail, fix));
    }

    private void fail(String what, String detail, String fix) {
        findings.add(Finding.failure(AREA, name + ": " + what, detail, fix));
    }
}
