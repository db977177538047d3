package dev.duet.postgres;

import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.ValueText;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a column's values travel: the element type of the parameter array, the Java array, and the expression that makes the
 * column's value of an element.
 *
 * <p>Dates and times travel as numbers, as they stand in a Row, and the server computes: nothing is allocated for a value, and the
 * infinities are exact (the client's own encoding of {@code -infinity} as a timestamp writes 4714 BC, vertx-pg-client 4.5.25).
 *
 * <p>Texts are not cast to {@code varchar(n)} and numbers not to {@code numeric(p,s)}: a cast cuts silently what does not fit, the
 * assignment to the target's column is an error.
 */
final class ColumnBinding {
    private ColumnBinding() {}

    private static final String DAY = "86400000000";
    private static final String MIN_LONG = "'-9223372036854775808'::int8";
    private static final String MAX_LONG = "9223372036854775807";

    /** 4714-11-24 BC, where PostgreSQL's timestamps begin. */
    private static final String FIRST_MICRO = "-210866803200000000";

    /** The type as DDL writes it. */
    static String sqlType(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool b -> "boolean";
            case ColumnType.Int16 i -> "smallint";
            case ColumnType.Int32 i -> "integer";
            case ColumnType.Int64 i -> "bigint";
            case ColumnType.Float32 f -> "real";
            case ColumnType.Float64 f -> "double precision";
            case ColumnType.Decimal d -> "numeric(" + d.precision() + "," + d.scale() + ")";
            case ColumnType.Numeric n -> "numeric";
            case ColumnType.Text t -> t.maxLength() == 0 ? "text" : "character varying(" + t.maxLength() + ")";
            case ColumnType.Char c -> "character(" + c.length() + ")";
            case ColumnType.Json j -> j.binary() ? "jsonb" : "json";
            case ColumnType.Uuid u -> "uuid";
            case ColumnType.Bytes b -> "bytea";
            case ColumnType.Date d -> "date";
            case ColumnType.Time t -> "time(" + t.precision() + ") without time zone";
            case ColumnType.Timestamp t -> "timestamp(" + t.precision() + ") without time zone";
            case ColumnType.TimestampTz t -> "timestamp(" + t.precision() + ") with time zone";
            case ColumnType.Native(String name, int length) -> length < 0 ? name : name + "(" + length + ")";
            case ColumnType.Array(ColumnType element) -> sqlType(element) + "[]";
        };
    }

    /** The element type of the parameter array. */
    static String elementType(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool b -> "bool";
            case ColumnType.Int16 i -> "int2";
            case ColumnType.Int32 i -> "int4";
            case ColumnType.Int64 i -> "int8";
            case ColumnType.Float32 f -> "float4";
            case ColumnType.Float64 f -> "float8";
            case ColumnType.Date d -> "int4";
            case ColumnType.Time t -> "int8";
            case ColumnType.Timestamp t -> "int8";
            case ColumnType.TimestampTz t -> "int8";
            case ColumnType.Bytes b -> "bytea";
            case ColumnType.Decimal d -> "text";
            case ColumnType.Numeric n -> "text";
            case ColumnType.Text t -> "text";
            case ColumnType.Char c -> "text";
            case ColumnType.Json j -> "text";
            case ColumnType.Uuid u -> "text";
            case ColumnType.Native n -> "text";
            // unnest would take an array of arrays apart altogether.
            case ColumnType.Array a -> "text";
        };
    }

    /**
     * The expression that makes the column's value.
     *
     * @param element the element of the parameter array
     */
    static String expression(ColumnType type, String element) {
        return switch (type) {
            case ColumnType.Bool b -> element;
            case ColumnType.Int16 i -> element;
            case ColumnType.Int32 i -> element;
            case ColumnType.Int64 i -> element;
            case ColumnType.Float32 f -> element;
            case ColumnType.Float64 f -> element;
            case ColumnType.Text t -> element;
            case ColumnType.Bytes b -> element;
            case ColumnType.Decimal d -> element + "::numeric";
            case ColumnType.Numeric n -> element + "::numeric";
            // Without a length: blank-padded comparison with the key's column, and nothing is cut.
            case ColumnType.Char c -> element + "::bpchar";
            case ColumnType.Json j -> element + (j.binary() ? "::jsonb" : "::json");
            case ColumnType.Uuid u -> element + "::uuid";
            case ColumnType.Date d ->
                infinite(element, "2147483647", "'-2147483648'::int4", "date", "date '1970-01-01' + " + element);
            // time + interval wraps at 24:00, which is a value of its own.
            case ColumnType.Time t ->
                "case when " + element + " = " + DAY + " then time '24:00' else time '00:00' + " + element
                        + " * interval '1 us' end";
            case ColumnType.Timestamp t -> infinite(element, MAX_LONG, MIN_LONG, "timestamp", moment(element, ""));
            case ColumnType.TimestampTz t ->
                infinite(element, MAX_LONG, MIN_LONG, "timestamptz", moment(element, "+00"));
            case ColumnType.Native n -> element + "::" + anyLength(n);
            case ColumnType.Array(ColumnType of) -> element + "::" + anyLength(of) + "[]";
        };
    }

    /** The type as a cast names it that cuts nothing. */
    private static String anyLength(ColumnType type) {
        return switch (type) {
            case ColumnType.Decimal d -> "numeric";
            case ColumnType.Text t -> "text";
            case ColumnType.Char c -> "bpchar";
            // A plain bit is bit(1).
            case ColumnType.Native(String name, int length) -> name.equals("bit") ? "varbit" : name;
            case ColumnType.Time t -> "time";
            case ColumnType.Timestamp t -> "timestamp";
            case ColumnType.TimestampTz t -> "timestamptz";
            default -> sqlType(type);
        };
    }

    /**
     * Whole days, then the rest: interval arithmetic is float8, whose 53 bits hold each of the two products but not all the
     * microseconds of a far year. "24 hours" and not "1 day", which is longer or shorter when the session's clocks change. What
     * {@link #micros} has put below PostgreSQL's first timestamp lies behind the others.
     */
    private static String moment(String element, String zone) {
        String type = zone.isEmpty() ? "timestamp" : "timestamptz";
        return "case when " + element + " < " + FIRST_MICRO + " then " + type + " '294247-01-10 04:00:54.775806" + zone
                + "' + (" + element + " - " + MIN_LONG + ") * interval '1 us' else " + type + " '1970-01-01 00:00"
                + zone
                + "' + " + element + " / " + DAY + " * interval '24 hours' + " + element + " % " + DAY
                + " * interval '1 us' end";
    }

    /** A timestamp as the parameter has it: {@link FarMoment}s are counted from the number behind {@code -infinity}. */
    private static Object micros(Object value) {
        return value instanceof FarMoment far ? (Object) (Long.MIN_VALUE + 1 + far.microsBeyond()) : value;
    }

    private static String infinite(String element, String max, String min, String type, String finite) {
        return "case " + element + " when " + max + " then " + type + " 'infinity' when " + min + " then " + type
                + " '-infinity' else " + finite + " end";
    }

    /**
     * The parameter array of one column.
     *
     * @param size number of rows
     * @param value the row's value as {@link ColumnType} defines it, null for SQL's null
     * @throws ArrayStoreException if a value is of another class: a defect of the decoder
     */
    static @Nullable Object[] array(ColumnType type, int size, IntFunction<@Nullable Object> value) {
        return switch (type) {
            case ColumnType.Bool b -> fill(new Boolean[size], value);
            case ColumnType.Int16 i -> fill(new Short[size], value);
            case ColumnType.Int32 i -> fill(new Integer[size], value);
            case ColumnType.Int64 i -> fill(new Long[size], value);
            case ColumnType.Float32 f -> fill(new Float[size], value);
            case ColumnType.Float64 f -> fill(new Double[size], value);
            case ColumnType.Date d -> fill(new Integer[size], value);
            case ColumnType.Time t -> fill(new Long[size], value);
            case ColumnType.Timestamp t -> convert(new Long[size], value, ColumnBinding::micros);
            case ColumnType.TimestampTz t -> convert(new Long[size], value, ColumnBinding::micros);
            case ColumnType.Text t -> fill(new String[size], value);
            case ColumnType.Char c -> fill(new String[size], value);
            case ColumnType.Json j -> fill(new String[size], value);
            case ColumnType.Uuid u -> fill(new String[size], value);
            case ColumnType.Decimal d -> convert(new String[size], value, ColumnBinding::digits);
            case ColumnType.Numeric n -> convert(new String[size], value, ColumnBinding::digits);
            case ColumnType.Native n -> fill(new String[size], value);
            case ColumnType.Array a -> convert(new String[size], value, ValueText.of(a)::apply);
            case ColumnType.Bytes b -> convert(new Buffer[size], value, bytes -> Buffer.buffer((byte[]) bytes));
        };
    }

    /** PostgreSQL reads an exponent and keeps the scale: no need for the plain form, which can be very long. */
    private static String digits(Object value) {
        return value.toString();
    }

    private static @Nullable Object[] fill(@Nullable Object[] array, IntFunction<@Nullable Object> value) {
        for (int i = 0; i < array.length; i++) {
            array[i] = value.apply(i);
        }
        return array;
    }

    private static @Nullable Object[] convert(
            @Nullable Object[] array, IntFunction<@Nullable Object> value, Function<Object, Object> conversion) {
        for (int i = 0; i < array.length; i++) {
            Object raw = value.apply(i);
            array[i] = raw == null ? null : conversion.apply(raw);
        }
        return array;
    }
}
