package dev.duet.envelope;

/** The semantic names of Connect schemas that Duet knows. */
final class WireNames {
    static final String DATE = "io.debezium.time.Date";
    static final String ISO_DATE = "io.debezium.time.IsoDate";
    static final String CONNECT_DATE = "org.apache.kafka.connect.data.Date";

    static final String TIME = "io.debezium.time.Time";
    static final String MICRO_TIME = "io.debezium.time.MicroTime";
    static final String NANO_TIME = "io.debezium.time.NanoTime";
    static final String ISO_TIME = "io.debezium.time.IsoTime";
    static final String CONNECT_TIME = "org.apache.kafka.connect.data.Time";

    static final String TIMESTAMP = "io.debezium.time.Timestamp";
    static final String MICRO_TIMESTAMP = "io.debezium.time.MicroTimestamp";
    static final String NANO_TIMESTAMP = "io.debezium.time.NanoTimestamp";
    static final String ISO_TIMESTAMP = "io.debezium.time.IsoTimestamp";
    static final String CONNECT_TIMESTAMP = "org.apache.kafka.connect.data.Timestamp";
    static final String ZONED_TIMESTAMP = "io.debezium.time.ZonedTimestamp";

    static final String DECIMAL = "org.apache.kafka.connect.data.Decimal";
    static final String VARIABLE_SCALE_DECIMAL = "io.debezium.data.VariableScaleDecimal";
    static final String JSON = "io.debezium.data.Json";
    static final String UUID = "io.debezium.data.Uuid";

    static final String ENUM = "io.debezium.data.Enum";
    static final String XML = "io.debezium.data.Xml";
    static final String BITS = "io.debezium.data.Bits";
    static final String ZONED_TIME = "io.debezium.time.ZonedTime";
    static final String INTERVAL = "io.debezium.time.Interval";
    static final String POINT = "io.debezium.data.geometry.Point";
    static final String LINE = "io.debezium.data.geometry.Line";
    static final String CIRCLE = "io.debezium.data.geometry.Circle";
    static final String GEOMETRY = "io.debezium.data.geometry.Geometry";
    static final String GEOGRAPHY = "io.debezium.data.geometry.Geography";

    private WireNames() {}
}
