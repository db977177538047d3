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
 * @param unknownTypes what becomes of a column whose type Duet has no word for, with schemas
 * @param ambiguousNulls what becomes of a null that may stand for a value that was not sent
 * @param heartbeatTopicsPrefix the connector's {@code topic.heartbeat.prefix}; heartbeat topics are {@code <this>.<topic.prefix>}
 */
public record EnvelopeOptions(
        DecimalMode decimalMode,
        TimePrecision timePrecision,
        BinaryMode binaryMode,
        String unavailableValuePlaceholder,
        String heartbeatTopicsPrefix,
        UnknownTypes unknownTypes,
        AmbiguousNulls ambiguousNulls) {
    /**
     * Debezium's defaults, but decimals as strings: with Debezium's own default a record without schemas loses NaN (it becomes
     * null), and the scale of a decimal is only as good as what is known of the table.
     */
    public static final EnvelopeOptions DEFAULTS = new EnvelopeOptions(
            DecimalMode.STRING,
            TimePrecision.ADAPTIVE,
            BinaryMode.BYTES,
            "__debezium_unavailable_value",
            "__debezium-heartbeat",
            UnknownTypes.STOP,
            AmbiguousNulls.STOP);

    public EnvelopeOptions withDecimalMode(DecimalMode mode) {
        return new EnvelopeOptions(
                mode,
                timePrecision,
                binaryMode,
                unavailableValuePlaceholder,
                heartbeatTopicsPrefix,
                unknownTypes,
                ambiguousNulls);
    }

    public EnvelopeOptions withTimePrecision(TimePrecision mode) {
        return new EnvelopeOptions(
                decimalMode,
                mode,
                binaryMode,
                unavailableValuePlaceholder,
                heartbeatTopicsPrefix,
                unknownTypes,
                ambiguousNulls);
    }

    public EnvelopeOptions withBinaryMode(BinaryMode mode) {
        return new EnvelopeOptions(
                decimalMode,
                timePrecision,
                mode,
                unavailableValuePlaceholder,
                heartbeatTopicsPrefix,
                unknownTypes,
                ambiguousNulls);
    }

    public EnvelopeOptions withUnknownTypes(UnknownTypes what) {
        return new EnvelopeOptions(
                decimalMode,
                timePrecision,
                binaryMode,
                unavailableValuePlaceholder,
                heartbeatTopicsPrefix,
                what,
                ambiguousNulls);
    }

    public EnvelopeOptions withAmbiguousNulls(AmbiguousNulls what) {
        return new EnvelopeOptions(
                decimalMode,
                timePrecision,
                binaryMode,
                unavailableValuePlaceholder,
                heartbeatTopicsPrefix,
                unknownTypes,
                what);
    }

    /** {@code duet.source.unknown-types}. */
    public enum UnknownTypes {
        /** The table stops. */
        STOP,
        /** The value is written as the JSON text that the record holds. */
        JSON
    }

    /** {@code duet.source.ambiguous-nulls}. */
    public enum AmbiguousNulls {
        /** The table stops. */
        STOP,
        /** Null is null. */
        NULL,
        /** Null in an update means that the update left the value alone. */
        UNCHANGED
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
