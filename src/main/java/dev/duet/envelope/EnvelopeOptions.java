package dev.duet.envelope;

/**
 * What a record without schemas can't say about itself: how the connector was told to write values. With schemas the records tell,
 * and all but the placeholder and (for bytea written as text) {@code binaryMode} are ignored.
 *
 * <p>A wrong setting is mostly noticed (the values don't parse) but not always: {@code "1234"} is a decimal and base64 as well.
 *
 * @param decimalMode the connector's {@code decimal.handling.mode}
 * @param timePrecision the connector's {@code time.precision.mode}
 * @param binaryMode the connector's {@code binary.handling.mode}
 * @param unavailableValuePlaceholder the connector's {@code unavailable.value.placeholder}
 * @param heartbeatTopicsPrefix the connector's {@code topic.heartbeat.prefix}; heartbeat topics are {@code <this>.<topic.prefix>}
 */
public record EnvelopeOptions(
        DecimalMode decimalMode,
        TimePrecision timePrecision,
        BinaryMode binaryMode,
        String unavailableValuePlaceholder,
        String heartbeatTopicsPrefix) {
    /**
     * Debezium's defaults, but decimals as strings: with Debezium's own default a record without schemas loses NaN (it becomes
     * null), and the scale of a decimal is only as good as what is known of the table.
     */
    public static final EnvelopeOptions DEFAULTS = new EnvelopeOptions(
            DecimalMode.STRING,
            TimePrecision.ADAPTIVE,
            BinaryMode.BYTES,
            "__debezium_unavailable_value",
            "__debezium-heartbeat");

    public EnvelopeOptions withDecimalMode(DecimalMode mode) {
        return new EnvelopeOptions(mode, timePrecision, binaryMode, unavailableValuePlaceholder, heartbeatTopicsPrefix);
    }

    public EnvelopeOptions withTimePrecision(TimePrecision mode) {
        return new EnvelopeOptions(decimalMode, mode, binaryMode, unavailableValuePlaceholder, heartbeatTopicsPrefix);
    }

    public EnvelopeOptions withBinaryMode(BinaryMode mode) {
        return new EnvelopeOptions(
                decimalMode, timePrecision, mode, unavailableValuePlaceholder, heartbeatTopicsPrefix);
    }

    /** {@code decimal.handling.mode}. */
    public enum DecimalMode {
        /** Plain decimal text. */
        STRING,
        /** Base64 of the unscaled value, or {@code {scale, value}} for numeric without a precision. */
        PRECISE,
        /** A JSON number, as exact as a double is. */
        DOUBLE
    }

    /** {@code time.precision.mode}. */
    public enum TimePrecision {
        /** Milliseconds up to a precision of 3, else microseconds. */
        ADAPTIVE,
        /** As ADAPTIVE, but every time of day in microseconds. */
        ADAPTIVE_TIME_MICROSECONDS,
        /** ISO 8601 text. */
        ISOSTRING,
        /** Milliseconds; the source's microseconds are cut off. */
        CONNECT
    }

    /** {@code binary.handling.mode}. */
    public enum BinaryMode {
        /** Connect's bytes, which in JSON are base64. */
        BYTES,
        BASE64,
        BASE64_URL_SAFE,
        HEX
    }
}
