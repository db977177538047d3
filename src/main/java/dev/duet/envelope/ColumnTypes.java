package dev.duet.envelope;

import dev.duet.change.ColumnType;
import java.util.Optional;

/**
 * The type of a column by its schema in the record. In this order: the source's own type, if the connector propagates it
 * ({@code column.propagate.source.type}); Debezium's or Connect's semantic name; Connect's plain type.
 */
final class ColumnTypes {
    private static final String SOURCE = "__debezium.source.column.";
    private static final int MAX_TIME_PRECISION = 6;
    private static final int MAX_NUMERIC_PRECISION = 1000;

    private ColumnTypes() {}

    /** Empty if Duet has no type for it. */
    static Optional<ColumnType> of(ConnectField field) {
        if (field.isNamed("io.debezium.data.Enum")) {
            // First, since an enum's own name may be that of a built-in type.
            return Optional.of(new ColumnType.Text(0));
        }
        String source = field.parameters().get(SOURCE + "type");
        return Optional.ofNullable(source)
                .flatMap(type -> bySource(type, field))
                .or(() -> bySemantic(field))
                .or(() -> byConnect(field));
    }

    private static Optional<ColumnType> bySource(String type, ConnectField field) {
        int length = field.intParameter(SOURCE + "length", 0);
        int scale = field.intParameter(SOURCE + "scale", 0);
        return Optional.ofNullable(
                switch (type) {
                    case "BOOL" -> new ColumnType.Bool();
                    case "INT2", "SMALLSERIAL" -> new ColumnType.Int16();
                    case "INT4", "SERIAL" -> new ColumnType.Int32();
                    case "INT8", "BIGSERIAL" -> new ColumnType.Int64();
                    case "FLOAT4" -> new ColumnType.Float32();
                    case "FLOAT8" -> new ColumnType.Float64();
                    case "NUMERIC" -> numeric(length, scale);
                    case "VARCHAR" -> new ColumnType.Text(length == Integer.MAX_VALUE ? 0 : length);
                    case "TEXT" -> new ColumnType.Text(0);
                    case "BPCHAR" -> new ColumnType.Char(length);
                    case "JSON" -> new ColumnType.Json(false);
                    case "JSONB" -> new ColumnType.Json(true);
                    case "UUID" -> new ColumnType.Uuid();
                    case "BYTEA" -> new ColumnType.Bytes();
                    case "DATE" -> new ColumnType.Date();
                    case "TIME" -> new ColumnType.Time(timePrecision(scale));
                    case "TIMESTAMP" -> new ColumnType.Timestamp(timePrecision(scale));
                    case "TIMESTAMPTZ" -> new ColumnType.TimestampTz(timePrecision(scale));
                    default -> null;
                });
    }

    private static Optional<ColumnType> bySemantic(ConnectField field) {
        String name = field.semantic();
        if (name == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (name) {
                    case WireNames.DATE, WireNames.CONNECT_DATE, WireNames.ISO_DATE -> new ColumnType.Date();
                    case WireNames.TIME -> new ColumnType.Time(3);
                    case WireNames.CONNECT_TIME, WireNames.MICRO_TIME, WireNames.NANO_TIME, WireNames.ISO_TIME ->
                        new ColumnType.Time(MAX_TIME_PRECISION);
                    case WireNames.TIMESTAMP -> new ColumnType.Timestamp(3);
                    case WireNames.CONNECT_TIMESTAMP,
                            WireNames.MICRO_TIMESTAMP,
                            WireNames.NANO_TIMESTAMP,
                            WireNames.ISO_TIMESTAMP -> new ColumnType.Timestamp(MAX_TIME_PRECISION);
                    case WireNames.ZONED_TIMESTAMP -> new ColumnType.TimestampTz(MAX_TIME_PRECISION);
                    case WireNames.DECIMAL ->
                        numeric(field.intParameter("connect.decimal.precision", 0), field.intParameter("scale", 0));
                    case WireNames.VARIABLE_SCALE_DECIMAL -> new ColumnType.Numeric();
                    // json, jsonb and hstore share this name; json keeps the text as it is.
                    case WireNames.JSON -> new ColumnType.Json(false);
                    case WireNames.UUID -> new ColumnType.Uuid();
                    default -> field.isText() ? new ColumnType.Text(0) : null;
                });
    }

    private static Optional<ColumnType> byConnect(ConnectField field) {
        if (field.semantic() != null) {
            // A meaning that we don't know: the plain value would be a guess.
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (field.type()) {
                    case "boolean" -> new ColumnType.Bool();
                    case "int8", "int16" -> new ColumnType.Int16();
                    case "int32" -> new ColumnType.Int32();
                    case "int64" -> new ColumnType.Int64();
                    case "float" -> new ColumnType.Float32();
                    case "double" -> new ColumnType.Float64();
                    case "string" -> new ColumnType.Text(0);
                    case "bytes" -> new ColumnType.Bytes();
                    default -> null;
                });
    }

    /**
     * Without a declared precision Debezium says 0 in a snapshot and 131089 when streaming. A negative scale comes as PostgreSQL
     * stores it, in 11 bits: numeric(5,-2) has scale 2046 and holds integers of 7 digits.
     */
    private static ColumnType numeric(int precision, int scale) {
        if (precision <= 0 || precision > MAX_NUMERIC_PRECISION) {
            return new ColumnType.Numeric();
        }
        int signed = scale > MAX_NUMERIC_PRECISION ? scale - 2048 : scale;
        return signed < 0 ? new ColumnType.Decimal(precision - signed, 0) : new ColumnType.Decimal(precision, signed);
    }

    private static int timePrecision(int scale) {
        return Math.clamp(scale, 0, MAX_TIME_PRECISION);
    }
}
