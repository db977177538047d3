package dev.duet.change;

import java.util.Set;

/**
 * The type of a column, and with it the Java class of its values in a {@link Row}. A value is null where SQL's is.
 *
 * <pre>
 * type          value       meaning
 * Bool          Boolean
 * Int16         Short
 * Int32         Integer
 * Int64         Long
 * Float32       Float       NaN and infinities included
 * Float64       Double      NaN and infinities included
 * Decimal(p,s)  BigDecimal  at most p digits, exactly scale s; or NonFinite (NaN)
 * Numeric       BigDecimal  numeric without a declared precision: any digits, the value's own scale; or NonFinite
 * Text          String      maxLength characters at most, 0 = no limit
 * Char(n)       String      blank-padded by the source
 * Json          String      the document's text; binary says whether the source's column is jsonb
 * Uuid          String      the canonical text
 * Bytes         byte[]
 * Date          Integer     days since 1970-01-01; MAX_VALUE and MIN_VALUE are infinity and -infinity
 * Time          Long        microseconds of the day, 0 to 86,400,000,000
 * Timestamp     Long        microseconds since 1970-01-01T00:00 without a zone; Long.MAX_VALUE, MIN_VALUE as Date; or FarMoment
 * TimestampTz   Long        microseconds since 1970-01-01T00:00Z; Long.MAX_VALUE, MIN_VALUE as Date; or FarMoment
 * Native(name)  String      one of PostgreSQL's other types: the text that it reads and writes for it
 * Array(type)   List        one dimension of values of the element's class, null where SQL's is; immutable
 * </pre>
 */
public sealed interface ColumnType {
    record Bool() implements ColumnType {}

    record Int16() implements ColumnType {}

    record Int32() implements ColumnType {}

    record Int64() implements ColumnType {}

    record Float32() implements ColumnType {}

    record Float64() implements ColumnType {}

    /**
     * numeric(precision, scale).
     *
     * @param precision digits in all, 1 to 1000
     * @param scale digits after the point
     */
    record Decimal(int precision, int scale) implements ColumnType {}

    record Numeric() implements ColumnType {}

    /**
     * text or varchar.
     *
     * @param maxLength characters at most, 0 for no limit
     */
    record Text(int maxLength) implements ColumnType {}

    record Char(int length) implements ColumnType {}

    record Json(boolean binary) implements ColumnType {}

    record Uuid() implements ColumnType {}

    record Bytes() implements ColumnType {}

    record Date() implements ColumnType {}

    /** @param precision digits of the second's fraction, 0 to 6 */
    record Time(int precision) implements ColumnType {}

    /** @param precision digits of the second's fraction, 0 to 6 */
    record Timestamp(int precision) implements ColumnType {}

    /** @param precision digits of the second's fraction, 0 to 6 */
    record TimestampTz(int precision) implements ColumnType {}

    /**
     * A built-in type of PostgreSQL's for which there is no word above, such as {@code interval} or {@code inet}.
     *
     * @param name one of {@link #NAMES}
     * @param length bits of bit and varbit, digits of the second's fraction of interval and timetz; -1 if none is declared
     */
    record Native(String name, int length) implements ColumnType {
        /** The names, as PostgreSQL's {@code pg_type} has them. */
        public static final Set<String> NAMES = Set.of(
                "bit",
                "box",
                "cidr",
                "circle",
                "daterange",
                "inet",
                "int4range",
                "int8range",
                "interval",
                "line",
                "lseg",
                "macaddr",
                "macaddr8",
                "numrange",
                "path",
                "point",
                "polygon",
                "timetz",
                "tsquery",
                "tsrange",
                "tstzrange",
                "tsvector",
                "varbit",
                "xml");

        /** @throws IllegalArgumentException if there is no such name: it goes into SQL as it is */
        public Native {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("no built-in type " + name);
            }
        }

        /** Without a length. */
        public Native(String name) {
            this(name, -1);
        }
    }

    /**
     * An array of one dimension: Debezium loses all others.
     *
     * @param element no array itself
     */
    record Array(ColumnType element) implements ColumnType {}
}
