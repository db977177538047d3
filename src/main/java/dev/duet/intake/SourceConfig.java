package dev.duet.intake;

import dev.duet.envelope.EnvelopeOptions;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What is read from Kafka. The client's own settings (TLS, SASL, ...) are Kafka's names under {@code kafka.}. */
@ConfigMapping(prefix = "duet.source")
public interface SourceConfig {
    /**
     * The change topics: a comma-separated list of names, or one regular expression that must match the whole name. It is taken
     * for an expression if it holds any character that a topic's name can't (a name holds letters, digits, dot, hyphen, underscore).
     */
    Optional<String> topics();

    /**
     * Whether the topics of {@code duet import}, {@code <pipeline>.import.<schema>.<table>}, are read too. Default false: who may write to
     * such a topic can write rows to any table that no source feeds.
     */
    @WithDefault("false")
    boolean imports();

    /**
     * The topics whose events Debezium's ExtractNewRecordState has flattened, in the same grammar as {@link #topics}.
     */
    Optional<String> flattenedTopics();

    /**
     * How the connector writes numeric columns ({@code decimal.handling.mode}): {@code string}, {@code precise} or {@code double}.
     * Only asked for JSON without schemas; with schemas each record says it itself. So are the next two.
     */
    @WithDefault("string")
    EnvelopeOptions.DecimalMode decimalHandlingMode();

    /**
     * How the connector writes dates and times ({@code time.precision.mode}): {@code adaptive}, {@code
     * adaptive-time-microseconds}, {@code connect} or {@code isostring}.
     */
    @WithDefault("adaptive")
    EnvelopeOptions.TimePrecision timePrecisionMode();

    /**
     * How the connector writes bytea columns ({@code binary.handling.mode}): {@code bytes}, {@code base64}, {@code base64-url-safe}
     * or {@code hex}.
     */
    @WithDefault("bytes")
    EnvelopeOptions.BinaryMode binaryHandlingMode();

    /** What the connector writes for a value that an update left alone ({@code unavailable.value.placeholder}). */
    @WithDefault("__debezium_unavailable_value")
    String unavailableValuePlaceholder();

    /**
     * What becomes of a column whose schema Duet has no type for: {@code stop}, the table stops (the default: a guess would be written for
     * ever), or {@code json}, the value is taken as the JSON text that it is in the record.
     */
    @WithDefault("stop")
    EnvelopeOptions.UnknownTypes unknownTypes();

    /**
     * What becomes of a null that Debezium writes for null and for a long value that an update left alone, too (arrays of most types,
     * geometries, varbit; docs/types.md), and of an array of nothing but nulls: {@code stop}, the table stops (the default), {@code null},
     * it is null, or {@code unchanged}, a null of an update leaves the value alone. REPLICA IDENTITY FULL in the source prevents it.
     */
    @WithDefault("stop")
    EnvelopeOptions.AmbiguousNulls ambiguousNulls();

    /** What the connector's heartbeat topics begin with ({@code topic.heartbeat.prefix}). */
    @WithDefault("__debezium-heartbeat")
    String heartbeatTopicsPrefix();

    /**
     * The columns of source tables whose events carry no schema and whose target table does not exist yet: source table
     * ({@code schema.table}) to its columns as in SQL, for example {@code fund_id integer, fund_price numeric(10,2)}.
     */
    Map<String, String> columns();

    /**
     * The largest record (key and value) that is decoded; the partition of a larger one stops. Decoding takes about six times as much
     * memory for a moment.
     */
    @WithDefault("32M")
    MemorySize maxRecordBytes();

    /** How long a table that can't be read or written stands still before it is tried again. */
    @WithDefault("60s")
    Duration stoppedTableRetry();
}
