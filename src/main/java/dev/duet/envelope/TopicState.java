package dev.duet.envelope;

import dev.duet.change.TableId;
import org.jspecify.annotations.Nullable;

/** What the decoder expects of a topic's next record, because the last one was so. */
final class TopicState {
    private final String topic;
    private final boolean isHeartbeat;
    private final boolean isFlattened;
    private final Framing values;
    private final Framing keys;
    private final AvroFraming avroValues;
    private final AvroFraming avroKeys;
    private @Nullable KeyShape keyShape;
    private @Nullable RowPlan plan;
    private long planUntilNanos;

    TopicState(String topic, boolean isHeartbeat, boolean isFlattened, SchemaCache schemas, AvroSchemas avro) {
        this.topic = topic;
        this.isHeartbeat = isHeartbeat;
        this.isFlattened = isFlattened;
        this.values = new Framing(schemas);
        this.keys = new Framing(schemas);
        this.avroValues = new AvroFraming(avro, "value");
        this.avroKeys = new AvroFraming(avro, "key");
    }

    String topic() {
        return topic;
    }

    boolean isHeartbeat() {
        return isHeartbeat;
    }

    boolean isFlattened() {
        return isFlattened;
    }

    Framing values() {
        return values;
    }

    Framing keys() {
        return keys;
    }

    AvroFraming avroValues() {
        return avroValues;
    }

    AvroFraming avroKeys() {
        return avroKeys;
    }

    @Nullable
    KeyShape keyShape() {
        return keyShape;
    }

    void expectKey(KeyShape shape) {
        this.keyShape = shape;
    }

    @Nullable
    RowPlan plan() {
        return plan;
    }

    /** The time from which on a plan without schemas is no longer to be trusted. */
    long planUntilNanos() {
        return planUntilNanos;
    }

    void expect(RowPlan nextPlan, long untilNanos) {
        this.plan = nextPlan;
        this.planUntilNanos = untilNanos;
    }

    void forget(TableId table) {
        if (plan != null && plan.schema().table().equals(table)) {
            plan = null;
            keyShape = null;
        }
    }
}
