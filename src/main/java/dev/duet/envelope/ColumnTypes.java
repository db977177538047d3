package dev.duet.envelope;

import dev.duet.change.ColumnType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column by its schema in the record. In this order: the source's own type, if the connector propagates it
 * ({@code column.propagate.source.type}); Debezium's or Connect's semantic name; Connect's plain type.
 */
final class ColumnTypes {
    private static final String SOURCE = "__debezium.source.column.";
    private static final int MAX_TIME_PRECISION = 6;
    private static final int MAX_NUMERIC_PRECISION = 1000;

    /** Of 64 bits; two is what nearly every locale has. */
    private static final int MONEY_DIGITS = 19;

    private static final int MONEY_SCALE = 2;

    private ColumnTypes() {}

    /** Empty if Duet has no type for it. */
    static Optional<ColumnType> of(ConnectField field) {
        if (field.isNamed(WireNames.ENUM)) {
            // First, since an enum's own name may be that of a built-in type.
            return Optional.of(new ColumnType.Text(0));
        }
        if (field.type().equals("array")) {
            return elementOf(field).flatMap(ColumnTypes::of).map(ColumnType.Array::new);
        }
        String source = sourceType(field);
        if (source != null && source.startsWith("_")) {
            return Optional.empty(); // an array that the connector can't send: its values are null (3.7.0: of bits)
        }
        return Optional.ofNullable(source)
                .flatMap(type -> bySource(type, field))
                .or(() -> bySemantic(field))
                .or(() -> byConnect(field));
    }

    /**
     * Whether the record tells how the column's values are written rather than what the column is: many types come as text, and a numeric
     * or a json may have lost what it was declared as.
     */
    static boolean isOpen(ConnectField field, ColumnType type) {
        if (sourceType(field) != null) {
            return false;
        }
        return switch (type) {
            case ColumnType.Text ignored -> true;
            case ColumnType.Json ignored -> true;
            case ColumnType.Numeric ignored -> true;
            case ColumnType.Native ignored -> true;
            case ColumnType.Array(ColumnType element) -> isOpen(field, element);
            default -> false;
        };
    }

    /** The schema of an array's elements, which have the source's type, length and scale of the array itself. */
    static Optional<ConnectField> elementOf(ConnectField array) {
        ConnectField items = array.items();
        if (items == null || items.type().equals("array")) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>(items.parameters());
        String type = sourceType(array);
        if (type != null && type.startsWith("_")) {
            parameters.put(SOURCE + "type", type.substring(1));
            for (String measure : List.of(SOURCE + "length", SOURCE + "scale")) {
                String value = array.parameters().get(measure);
                if (value != null) {
                    parameters.put(measure, value);
                }
            }
        }
        return Optional.of(
                new ConnectField(array.name(), items.type(), items.semantic(), parameters, items.fields(), null, null));
    }

    /**
     * Whether the bytes are the text form of a type that the connector has no form for ({@code include.unknown.datatypes}). Only a
     * propagated source type tells them from bytea.
     */
    static boolean isTextInBytes(ConnectField field) {
        String type = sourceType(field);
        return field.type().equals("bytes") && field.semantic() == null && type != null && !type.equals("BYTEA");
    }

    /** The source's own type, if the connector propagates it. */
    static @Nullable String sourceType(ConnectField field) {
        return field.parameters().get(SOURCE + "type");
    }

    private static Optional<ColumnType> bySource(String type, ConnectField field) {
        int length = field.intParameter(SOURCE + "length", 0);
        int scale = field.intParameter(SOURCE + "scale", 0);
        if (isTextInBytes(field)) {
            return Optional.of(new ColumnType.Text(0));
        }
        return Optional.ofNullable(
                switch (type) {
                    case "BOOL" -> new ColumnType.Bool();
                    case "INT2", "SMALLSERIAL" -> new ColumnType.Int16();
                    case "INT4", "SERIAL" -> new ColumnType.Int32();
                    case "INT8", "BIGSERIAL", "OID" -> new ColumnType.Int64();
                    case "FLOAT4" -> new ColumnType.Float32();
                    case "FLOAT8" -> new ColumnType.Float64();
                    case "NUMERIC" -> numeric(length, scale);
                    case "MONEY" -> new ColumnType.Decimal(MONEY_DIGITS, MONEY_SCALE);
                    case "VARCHAR" -> new ColumnType.Text(length == Integer.MAX_VALUE ? 0 : length);
                    case "TEXT", "CITEXT", "NAME", "CHAR", "LTREE" -> new ColumnType.Text(0);
                    case "BPCHAR" -> length == Integer.MAX_VALUE ? new ColumnType.Text(0) : new ColumnType.Char(length);
                    case "JSON" -> new ColumnType.Json(false);
                    case "JSONB" -> new ColumnType.Json(true);
                    case "HSTORE" -> field.isText() ? new ColumnType.Json(true) : null;
                    case "UUID" -> new ColumnType.Uuid();
                    case "BYTEA" -> new ColumnType.Bytes();
                    case "DATE" -> new ColumnType.Date();
                    case "TIME" -> new ColumnType.Time(timePrecision(scale));
                    case "TIMESTAMP" -> new ColumnType.Timestamp(timePrecision(scale));
                    case "TIMESTAMPTZ" -> new ColumnType.TimestampTz(timePrecision(scale));
                    case "TIMETZ" -> new ColumnType.Native("timetz", timePrecision(scale));
                    // Fields such as "year to month" have a scale of their own; a column of any interval holds them.
                    case "INTERVAL" ->
                        field.isText()
                                ? new ColumnType.Native("interval", scale < MAX_TIME_PRECISION ? scale : -1)
                                : null;
                    case "BIT" -> field.type().equals("boolean") ? new ColumnType.Bool() : bits("bit", length);
                    case "VARBIT" -> bits("varbit", length);
                    default -> nativeType(type, field);
                });
    }

    /** Types whose values come as the text that PostgreSQL itself writes. */
    private static @Nullable ColumnType nativeType(String type, ConnectField field) {
        String name = type.toLowerCase(Locale.ROOT);
        boolean readable = field.isText() || StructReaders.isShape(field);
        return readable && ColumnType.Native.NAMES.contains(name) ? new ColumnType.Native(name) : null;
    }

    private static ColumnType bits(String name, int length) {
        return new ColumnType.Native(name, length > 0 && length < Integer.MAX_VALUE ? length : -1);
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
                    case WireNames.XML -> new ColumnType.Native("xml");
                    case WireNames.ZONED_TIME -> new ColumnType.Native("timetz");
                    case WireNames.INTERVAL -> new ColumnType.Native("interval");
                    case WireNames.BITS -> bits("varbit", field.intParameter("length", 0));
                    case WireNames.POINT -> new ColumnType.Native("point");
                    case WireNames.LINE -> new ColumnType.Native("line");
                    case WireNames.CIRCLE -> new ColumnType.Native("circle");
                    case WireNames.GEOMETRY, WireNames.GEOGRAPHY -> new ColumnType.Text(0);
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
