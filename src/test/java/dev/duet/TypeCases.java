package dev.duet;

import java.util.ArrayList;
import java.util.List;

/** Every type of column that is tried, with values at the edges. The table in docs/types.md is made of it. */
final class TypeCases {
    private TypeCases() {}

    /**
     * @param type the column's type in the source, as SQL
     * @param wire what Debezium sends for it
     * @param mirror the type in the mirror, as {@code format_type} writes it, if the record propagates the source's type
     * @param delta the type in Delta
     * @param lost what does not arrive as it is in the source; empty if nothing is lost
     * @param values SQL expressions, each for one row
     */
    record Case(String type, String wire, String mirror, String delta, String lost, List<String> values) {}

    static final List<String> SETUP = List.of(
            "create type rating as enum ('AAA', 'AA', 'it''s')",
            "create type pair as (a int, b text)",
            "create domain iban as varchar(34)",
            "create domain amount as numeric(12,4)",
            "create domain best as rating",
            "create domain longtext as text");

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        numbers(cases);
        texts(cases);
        times(cases);
        others(cases);
        arrays(cases);
        return cases;
    }

    private static void add(
            List<Case> to, String type, String wire, String mirror, String delta, String lost, String... values) {
        to.add(new Case(type, wire, mirror, delta, lost, List.of(values)));
    }

    private static void numbers(List<Case> to) {
        add(to, "smallint", "int16", "smallint", "short", "", "-32768", "32767");
        add(to, "integer", "int32", "integer", "integer", "", "-2147483648", "2147483647", "0");
        add(to, "bigint", "int64", "bigint", "long", "", "9007199254740993", "-9223372036854775808");
        add(to, "oid", "int64", "bigint", "long", "", "4294967295");
        add(
                to,
                "numeric(10,2)",
                "string",
                "numeric(10,2)",
                "decimal(10,2)",
                "NaN in Delta: the table stops, or null with `duet.delta.nan=null`",
                "12345678.90",
                "-0.01",
                "'NaN'");
        add(
                to,
                "numeric(38,10)",
                "string",
                "numeric(38,10)",
                "decimal(38,10)",
                "",
                "9999999999999999999999999999.9999999999",
                "-1");
        add(
                to,
                "numeric(50,10)",
                "string",
                "numeric(50,10)",
                "string",
                "",
                "1234567890123456789012345678901234567890.0123456789");
        add(to, "numeric(3,5)", "string", "numeric(3,5)", "string", "", "0.00123");
        add(
                to,
                "numeric",
                "string",
                "numeric",
                "string",
                "",
                "1e30",
                "1e-7",
                "1.10",
                "'NaN'",
                "'Infinity'",
                "'-Infinity'",
                "repeat('7', 1000)::numeric");
        add(
                to,
                "real",
                "float",
                "real",
                "float",
                "",
                "1.17549435e-38",
                "'NaN'",
                "'Infinity'",
                "'-Infinity'",
                "'-0'",
                "0.1");
        add(
                to,
                "double precision",
                "double",
                "double precision",
                "double",
                "",
                "4.9e-324",
                "'NaN'",
                "'Infinity'",
                "'-Infinity'",
                "0.1",
                "1e308");
        add(
                to,
                "money",
                "string",
                "numeric(19,2)",
                "decimal(19,2)",
                "the currency sign",
                "1234.50",
                "-92233720368547758.07");
        add(to, "boolean", "boolean", "boolean", "boolean", "", "true", "false");
    }

    private static void texts(List<Case> to) {
        add(to, "char(4)", "string", "character(4)", "string", "", "'ab'", "'abcd'", "''");
        add(to, "varchar(12)", "string", "character varying(12)", "string", "", "'twelve chars'", "''");
        add(
                to,
                "text",
                "string",
                "text",
                "string",
                "",
                "'ünï ☃ 😀 \\ \" '''",
                "''",
                "'null'",
                "repeat('x', 100000)",
                "E'a\\tb\\nc'");
        add(to, "\"char\"", "string", "text", "string", "", "'x'");
        add(to, "name", "string", "text", "string", "", "'pg_class'");
        add(to, "citext", "string", "text", "string", "comparing without regard to case", "'MiXed'");
        add(to, "bytea", "bytes", "bytea", "binary", "", "'\\xdeadbeef'", "''", "decode(repeat('00ff', 3000), 'hex')");
        add(to, "uuid", "string (Uuid)", "uuid", "string", "", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'");
        add(to, "json", "string (Json)", "json", "string", "", "'{\"b\": 1, \"a\":  [1,2,{\"c\":null}]}'", "'null'");
        add(to, "jsonb", "string (Json)", "jsonb", "string", "", "'{\"b\": 1, \"a\":  [1,2,{\"c\":null}]}'", "'1e400'");
        add(to, "xml", "string (Xml)", "xml", "string", "", "'<a b=\"c\">d</a>'");
        add(
                to,
                "hstore",
                "string (Json)",
                "jsonb",
                "string",
                "hstore's own form: it is a JSON object",
                "'a=>1, b=>NULL'");
        add(to, "ltree", "string (Ltree)", "text", "string", "", "'Top.Science.Astronomy'");
        add(to, "tsvector", "string", "tsvector", "string", "", "'a:1 b:2A'");
        add(to, "rating", "string (Enum)", "text", "string", "that it is an enum", "'AAA'", "'it''s'");
        add(to, "iban", "string", "text", "string", "that it is a domain", "'DE89370400440532013000'");
        add(to, "amount", "string", "text", "string", "that it is a domain, and its number's type", "1234.5000");
        add(to, "best", "string (Enum)", "text", "string", "that it is a domain", "'AA'");
        add(
                to,
                "pair",
                "bytes, with `include.unknown.datatypes=true`",
                "text",
                "string",
                "that it is a composite",
                "row(1, 'x y')");
    }

    private static void times(List<Case> to) {
        add(
                to,
                "date",
                "int32 (Date)",
                "date",
                "date",
                "in a snapshot Debezium moves dates before 1582-10-15 by some days",
                "'2020-02-29'",
                "'infinity'",
                "'-infinity'",
                "'0044-03-15 BC'",
                "'1582-10-10'",
                "'10000-01-01'",
                "'5874897-12-31'");
        add(to, "time(3)", "int32 (Time)", "time(3) without time zone", "string", "", "'23:59:59.999'");
        add(to, "time", "int64 (MicroTime)", "time(6) without time zone", "string", "", "'00:00:00.000001'", "'24:00'");
        add(
                to,
                "timetz",
                "string (ZonedTime)",
                "time(6) with time zone",
                "string",
                "the zone: it comes in UTC",
                "'12:00:00.123456+02'");
        add(
                to,
                "timestamp(3)",
                "int64 (Timestamp)",
                "timestamp(3) without time zone",
                "timestamp_ntz",
                "",
                "'2026-01-02 03:04:05.678'",
                "'infinity'",
                "'-infinity'",
                "'0044-03-15 12:00:00.123 BC'");
        add(
                to,
                "timestamp",
                "int64 (MicroTimestamp)",
                "timestamp(6) without time zone",
                "timestamp_ntz",
                "",
                "'2026-01-02 03:04:05.678901'",
                "'infinity'",
                "'-infinity'",
                "'0044-03-15 12:00:00.123456 BC'",
                "'10000-01-01'");
        add(
                to,
                "timestamptz(0)",
                "string (ZonedTimestamp)",
                "timestamp(0) with time zone",
                "timestamp",
                "",
                "'2026-01-02 03:04:05+01'");
        add(
                to,
                "timestamptz",
                "string (ZonedTimestamp)",
                "timestamp(6) with time zone",
                "timestamp",
                "",
                "'2026-01-02 03:04:05.678901+14'",
                "'infinity'",
                "'-infinity'",
                "'0044-03-15 12:00:00.123456+00 BC'");
        add(
                to,
                "interval",
                "string (Interval), with `interval.handling.mode=string`",
                "interval",
                "string",
                "",
                "'1 year 2 mons 3 days 04:05:06.789012'",
                "'-1 mons +30 days'",
                "'00:00:00'",
                "'-00:00:01.5'");
        add(to, "interval(3)", "string (Interval)", "interval(3)", "string", "", "'04:05:06.789'");
        add(to, "interval year to month", "string (Interval)", "interval", "string", "", "'3 years 4 mons'");
    }

    private static void others(List<Case> to) {
        add(to, "inet", "string", "inet", "string", "", "'10.0.0.1/8'", "'::1'", "'192.168.0.1'");
        add(to, "cidr", "string", "cidr", "string", "", "'10.0.0.0/8'", "'2001:db8::/32'");
        add(to, "macaddr", "string", "macaddr", "string", "", "'08:00:2b:01:02:03'");
        add(to, "macaddr8", "string", "macaddr8", "string", "", "'08:00:2b:01:02:03:04:05'");
        add(to, "bit(1)", "boolean", "boolean", "boolean", "", "B'1'", "B'0'");
        add(to, "bit(5)", "bytes (Bits)", "bit(5)", "string", "", "B'10110'", "B'00001'", "B'00000'");
        add(to, "bit(70)", "bytes (Bits)", "bit(70)", "string", "", "(repeat('10', 35))::bit(70)");
        add(to, "varbit(9)", "bytes (Bits)", "bit varying(9)", "string", "leading zeros", "B'101'", "B'110000001'");
        add(to, "int4range", "string", "int4range", "string", "", "'[1,5)'", "'empty'", "'(,5)'");
        add(to, "int8range", "string", "int8range", "string", "", "'[1,5)'");
        add(to, "numrange", "string", "numrange", "string", "", "'(1.50,2.5]'");
        add(to, "daterange", "string", "daterange", "string", "", "'[2020-01-01,2020-02-01)'");
        add(to, "tsrange", "string", "tsrange", "string", "", "'[2020-01-01 00:00:00.000001,2020-02-01)'");
        add(to, "tstzrange", "string", "tstzrange", "string", "", "'[2020-01-01 00:00:00+02,2020-02-01)'");
        add(
                to,
                "int4multirange",
                "bytes, with `include.unknown.datatypes=true`",
                "text",
                "string",
                "that it is a multirange",
                "'{[1,2),[5,9)}'");
        add(to, "point", "struct (Point)", "point", "string", "", "'(1.5,-2)'", "'(1e300,0.1)'");
        add(to, "box", "struct (Geometry)", "text", "string", "the form: EWKB in hexadecimal", "'((2,2),(0,0))'");
        add(to, "line", "struct (Line)", "line", "string", "", "'{1,2,3.5}'");
        add(to, "lseg", "struct (Geometry)", "text", "string", "the form: EWKB in hexadecimal", "'[(1,2),(3,4)]'");
        add(
                to,
                "path",
                "struct (Geometry)",
                "text",
                "string",
                "the form: EWKB in hexadecimal; whether it is closed",
                "'((1,2),(3,4))'");
        add(
                to,
                "polygon",
                "struct (Geometry)",
                "text",
                "string",
                "the form: EWKB in hexadecimal",
                "'((1,2),(3,4),(0,0))'");
        add(to, "circle", "struct (Circle)", "circle", "string", "", "'<(1,2),3.5>'");
        add(
                to,
                "tsquery",
                "bytes, with `include.unknown.datatypes=true`",
                "text",
                "string",
                "that it is a tsquery",
                "'a & b'");
        add(
                to,
                "pg_lsn",
                "bytes, with `include.unknown.datatypes=true`",
                "text",
                "string",
                "that it is an LSN",
                "'0/16B3748'");
        add(
                to,
                "jsonpath",
                "bytes, with `include.unknown.datatypes=true`",
                "text",
                "string",
                "that it is a path",
                "'$.\"a\"'");
        add(to, "json[]", "array of string (Json)", "json[]", "array<string>", "", "array['{\"a\": 1}'::json, null]");
        add(to, "citext[]", "array of string", "text[]", "array<string>", "", "'{a,NULL}'");
        add(
                to,
                "hstore[]",
                "array of string (Json)",
                "jsonb[]",
                "array<string>",
                "hstore's own form: they are JSON objects",
                "array['a=>1'::hstore]");
        add(to, "oid[]", "array of int64", "bigint[]", "array<long>", "", "'{1}'");
        add(
                to,
                "timetz[]",
                "array of string (ZonedTime)",
                "time(6) with time zone[]",
                "array<string>",
                "the zone: they come in UTC",
                "'{12:00+00}'");
        add(to, "macaddr[]", "array of string", "macaddr[]", "array<string>", "", "'{08:00:2b:01:02:03}'");
        add(to, "cidr[]", "array of string", "cidr[]", "array<string>", "", "'{10.0.0.0/8}'");
        add(to, "numrange[]", "array of string", "numrange[]", "array<string>", "", "array['[1,2]'::numrange]");
        add(
                to,
                "tstzrange[]",
                "array of string",
                "tstzrange[]",
                "array<string>",
                "",
                "array['[2020-01-01 00:00+00,2020-02-01 00:00+00]'::tstzrange]");
    }

    private static void arrays(List<Case> to) {
        add(to, "int[]", "array of int32", "integer[]", "array<integer>", "", "'{1,NULL,-3}'", "'{}'");
        add(to, "smallint[]", "array of int16", "smallint[]", "array<short>", "", "'{1,NULL}'");
        add(to, "bigint[]", "array of int64", "bigint[]", "array<long>", "", "'{9007199254740993}'");
        add(to, "numeric(8,3)[]", "array of string", "numeric(8,3)[]", "array<decimal(8,3)>", "", "'{1.500,NULL}'");
        add(to, "numeric[]", "array of string", "numeric[]", "array<string>", "", "'{1.5,1e30}'");
        add(to, "real[]", "array of float", "real[]", "array<float>", "", "'{0.1,1e-30}'");
        add(to, "double precision[]", "array of double", "double precision[]", "array<double>", "", "'{0.1,1e300}'");
        add(to, "boolean[]", "array of boolean", "boolean[]", "array<boolean>", "", "'{t,NULL,f}'");
        add(
                to,
                "text[]",
                "array of string",
                "text[]",
                "array<string>",
                "",
                "array['a,b', 'c\"d', 'e\\f', '', 'null', null, '{}', ' x ']",
                "'{}'");
        add(to, "varchar(12)[]", "array of string", "character varying(12)[]", "array<string>", "", "'{a,NULL}'");
        add(to, "char(4)[]", "array of string", "character(4)[]", "array<string>", "", "'{ab,abcd}'");
        add(to, "bytea[]", "array of bytes", "bytea[]", "array<binary>", "", "array['\\xde'::bytea, null, '']");
        add(
                to,
                "uuid[]",
                "array of string (Uuid)",
                "uuid[]",
                "array<string>",
                "",
                "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}'");
        add(
                to,
                "jsonb[]",
                "array of string (Json)",
                "jsonb[]",
                "array<string>",
                "",
                "array['{\"a\": \"b,c\"}'::jsonb, null]");
        add(to, "date[]", "array of int32 (Date)", "date[]", "array<date>", "", "'{2020-02-29,NULL}'");
        add(
                to,
                "time[]",
                "array of int64 (MicroTime)",
                "time(6) without time zone[]",
                "array<string>",
                "microseconds: Debezium cuts to milliseconds",
                "'{12:34:56.789012}'");
        add(
                to,
                "timestamp[]",
                "array of int64 (MicroTimestamp)",
                "timestamp(6) without time zone[]",
                "array<timestamp_ntz>",
                "",
                "'{2026-01-02 03:04:05.678901}'");
        add(
                to,
                "timestamptz[]",
                "array of string (ZonedTimestamp)",
                "timestamp(6) with time zone[]",
                "array<timestamp>",
                "",
                "'{2026-01-02 03:04:05.678901+14,NULL}'");
        add(to, "inet[]", "array of string", "inet[]", "array<string>", "", "'{10.0.0.1/8}'");
        add(
                to,
                "rating[]",
                "array of string (Enum)",
                "text[]",
                "array<string>",
                "that it is an enum; with a null inside it comes as null",
                "'{AAA,AA}'",
                "'{AAA,NULL}'");
        add(
                to,
                "int4range[]",
                "array of string",
                "int4range[]",
                "array<string>",
                "",
                "array['[1,5)'::int4range, null]");
        add(
                to,
                "iban[]",
                "array of bytes, with `include.unknown.datatypes=true`",
                "text[]",
                "array<string>",
                "that it is a domain; with a null inside it comes as null",
                "'{DE89,GB29}'::iban[]",
                "'{DE89,NULL}'::iban[]");
        add(
                to,
                "int[][]",
                "array of nulls",
                "integer[]",
                "array<integer>",
                "**all values**: Debezium sends nulls for a second dimension",
                "'{{1,2},{3,4}}'");
    }

    /**
     * A value that is too long for its page, so that an update of another column does not send it.
     *
     * @param type the column's type in the source
     * @param mirror the type in the mirror
     * @param value an SQL expression in which {@code n} is an array of the numbers to 2000
     */
    record Long(String type, String mirror, String value) {}

    static List<Long> unchanged() {
        return List.of(
                new Long("text", "text", "repeat('text', 2000)"),
                new Long("char(5000)", "character(5000)", "'padded'"),
                new Long("citext", "text", "repeat('Text', 2000)"),
                new Long("longtext", "text", "repeat('long', 2000)"),
                new Long("numeric", "numeric", "repeat('12345', 2000)::numeric"),
                new Long("bytea", "bytea", "decode(repeat('00ff', 4000), 'hex')"),
                new Long("jsonb", "jsonb", "to_jsonb(n)"),
                new Long("xml", "xml", "('<a>' || repeat('text', 2000) || '</a>')::xml"),
                new Long("hstore", "jsonb", "(select hstore(array_agg(i::text), array_agg(i::text)) from unnest(n) i)"),
                new Long("tsvector", "tsvector", "(select string_agg('w' || i, ' ') from unnest(n) i)::tsvector"),
                new Long("ltree", "text", "(select string_agg('L' || i, '.') from unnest(n) i)::ltree"),
                new Long(
                        "polygon",
                        "text",
                        "(select ('(' || string_agg('(' || i || ',1)', ',') || ')')::polygon from unnest(n) i)"),
                new Long("varbit", "bit varying", "repeat('10', 20000)::varbit"),
                new Long("pair", "text", "row(1, repeat('long', 2000))::pair"),
                new Long("int4multirange", "text", "(select range_agg(int4range(2 * i, 2 * i + 1)) from unnest(n) i)"),
                new Long("smallint[]", "smallint[]", "n::smallint[]"),
                new Long("int[]", "integer[]", "n"),
                new Long("bigint[]", "bigint[]", "n::bigint[]"),
                new Long("oid[]", "bigint[]", "n::oid[]"),
                new Long("numeric[]", "numeric[]", "n::numeric[]"),
                new Long("real[]", "real[]", "n::real[]"),
                new Long("double precision[]", "double precision[]", "n::double precision[]"),
                new Long("boolean[]", "boolean[]", "(select array_agg(i % 2 = 0) from generate_series(1, 9000) i)"),
                new Long("text[]", "text[]", "n::text[]"),
                new Long("varchar(9)[]", "character varying(9)[]", "n::varchar(9)[]"),
                new Long("char(4)[]", "character(4)[]", "n::char(4)[]"),
                new Long("citext[]", "text[]", "n::text[]::citext[]"),
                new Long("rating[]", "text[]", "(select array_agg('AAA'::rating) from unnest(n) i)"),
                new Long("uuid[]", "uuid[]", "(select array_agg(gen_random_uuid()) from unnest(n) i)"),
                new Long(
                        "bytea[]",
                        "bytea[]",
                        "(select array_agg(decode(lpad(i::text, 8, '0'), 'hex')) from unnest(n) i)"),
                new Long("json[]", "json[]", "(select array_agg(to_json(i)) from unnest(n) i)"),
                new Long("jsonb[]", "jsonb[]", "(select array_agg(to_jsonb(i)) from unnest(n) i)"),
                new Long("date[]", "date[]", "(select array_agg(date '2020-01-01' + i) from unnest(n) i)"),
                new Long(
                        "time[]",
                        "time(6) without time zone[]",
                        "(select array_agg(time '00:00' + i * interval '1 ms') from unnest(n) i)"),
                new Long(
                        "timestamp[]",
                        "timestamp(6) without time zone[]",
                        "(select array_agg(timestamp '2020-01-01' + i * interval '1 us') from unnest(n) i)"),
                new Long(
                        "timestamptz[]",
                        "timestamp(6) with time zone[]",
                        "(select array_agg(timestamptz '2020-01-01 00:00+00' + i * interval '1 us') from unnest(n) i)"),
                new Long("inet[]", "inet[]", "(select array_agg(inet '10.0.0.0' + i) from unnest(n) i)"),
                new Long("int4range[]", "int4range[]", "(select array_agg(int4range(i, i + 1)) from unnest(n) i)"));
    }
}
