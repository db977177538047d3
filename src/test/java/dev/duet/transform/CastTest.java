package dev.duet.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ColumnType;
import dev.duet.change.TypeText;
import java.math.BigDecimal;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Casts keep the value or fail. */
class CastTest {
    private static final long TIMESTAMP = 1_767_323_045_678_900L; // 2026-01-02 03:04:05.6789

    private static ColumnType type(String text) {
        return TypeText.parse(text).orElseThrow();
    }

    static Stream<Arguments> exact() {
        return Stream.of(
                Arguments.of("smallint", "bigint", (short) 7, 7L),
                Arguments.of("bigint", "smallint", 32767L, (short) 32767),
                Arguments.of("integer", "numeric(5,2)", 123, new BigDecimal("123.00")),
                Arguments.of("integer", "text", -5, "-5"),
                Arguments.of("bigint", "double precision", 1L << 53, 9007199254740992.0),
                Arguments.of("numeric", "integer", new BigDecimal("42.000"), 42),
                Arguments.of("numeric(10,2)", "numeric(12,4)", new BigDecimal("1.50"), new BigDecimal("1.5000")),
                Arguments.of("numeric(10,4)", "numeric(4,2)", new BigDecimal("99.9900"), new BigDecimal("99.99")),
                Arguments.of("numeric", "text", new BigDecimal("1E+3"), "1000"),
                Arguments.of("numeric(3,3)", "numeric(2,2)", new BigDecimal("0.000"), new BigDecimal("0.00")),
                Arguments.of("real", "double precision", 0.5f, 0.5),
                Arguments.of("double precision", "numeric(10,2)", 19.99, new BigDecimal("19.99")),
                Arguments.of("double precision", "text", 1e10, "10000000000"),
                Arguments.of("double precision", "text", -0.0, "0"),
                Arguments.of("double precision", "text", Double.NaN, "NaN"),
                Arguments.of("text", "numeric(10,2)", " 1.5 ", new BigDecimal("1.50")),
                Arguments.of("varchar(10)", "bigint", "9007199254740993", 9007199254740993L),
                Arguments.of("text", "boolean", "T", true),
                Arguments.of("text", "double precision", "-Infinity", Double.NEGATIVE_INFINITY),
                Arguments.of("text", "date", "1970-01-02", 1),
                Arguments.of("text", "date", "infinity", Integer.MAX_VALUE),
                Arguments.of("text", "time", "00:00:01.5", 1_500_000L),
                Arguments.of("text", "timestamp", "2026-01-02 03:04:05.6789", TIMESTAMP),
                Arguments.of("text", "timestamptz", "2026-01-02T05:04:05.6789+02", TIMESTAMP),
                Arguments.of(
                        "text", "uuid", "AAAAAAAA-2222-3333-4444-555555555555", "aaaaaaaa-2222-3333-4444-555555555555"),
                Arguments.of("text", "varchar(2)", "€😀", "€😀"),
                Arguments.of("char(5)", "text", "ab   ", "ab"),
                Arguments.of("boolean", "text", true, "true"),
                Arguments.of("date", "timestamp", 1, 86_400_000_000L),
                Arguments.of("date", "timestamp", Integer.MIN_VALUE, Long.MIN_VALUE),
                Arguments.of("date", "text", -719_893, "0002-01-01 BC"),
                Arguments.of("date", "text", Integer.MIN_VALUE, "-infinity"),
                Arguments.of("time", "text", 86_400_000_000L, "24:00:00"),
                Arguments.of("timestamp", "text", TIMESTAMP, "2026-01-02 03:04:05.6789"),
                Arguments.of("timestamp", "timestamptz", TIMESTAMP, TIMESTAMP),
                Arguments.of("timestamptz", "text", TIMESTAMP, "2026-01-02 03:04:05.6789+00"),
                Arguments.of("bytea", "text", new byte[] {1, (byte) 0xff}, "\\x01ff"),
                Arguments.of(
                        "uuid",
                        "text",
                        "AAAAAAAA-2222-3333-4444-555555555555",
                        "aaaaaaaa-2222-3333-4444-555555555555"));
    }

    @ParameterizedTest
    @MethodSource
    void exact(String from, String to, Object value, Object expected) throws Exception {
        assertThat(Cast.of(type(from), type(to)).orElseThrow().step().apply(value))
                .isEqualTo(expected);
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of("bigint", "integer", 1L << 40),
                Arguments.of("integer", "numeric(3,1)", 1234),
                Arguments.of("numeric", "integer", new BigDecimal("42.5")),
                Arguments.of("numeric(10,2)", "numeric(10,1)", new BigDecimal("1.25")),
                Arguments.of("double precision", "numeric(10,2)", 0.125),
                Arguments.of("double precision", "numeric", Double.NaN),
                Arguments.of("numeric", "double precision", new BigDecimal("1E+400")),
                Arguments.of("text", "integer", "12345abc"),
                Arguments.of("text", "numeric", "1e999999999"),
                Arguments.of("text", "integer", "1e9999"),
                Arguments.of("text", "real", "1e300"),
                Arguments.of("text", "boolean", "yes"),
                Arguments.of("text", "date", "2026-02-30"),
                Arguments.of("text", "timestamp", "2026-01-02 03:04:05.1234567"),
                Arguments.of("text", "timestamptz", "2026-01-02 03:04:05"),
                Arguments.of("text", "uuid", "12345"),
                Arguments.of("text", "varchar(3)", "12345"),
                Arguments.of("date", "timestamp", Integer.MAX_VALUE - 1));
    }

    @ParameterizedTest
    @MethodSource
    void unfit(String from, String to, Object value) {
        assertThatThrownBy(
                        () -> Cast.of(type(from), type(to)).orElseThrow().step().apply(value))
                .isInstanceOf(Unfit.class)
                .hasMessageStartingWith("expected ")
                .message()
                .doesNotContain("12345", "999999999", "2026");
    }

    @ParameterizedTest
    @CsvSource({
        "boolean, integer",
        "timestamp, date",
        "timestamp(6), timestamp(3)",
        "text, bytea",
        "text, jsonb",
        "uuid, bytea",
        "integer, timestamp",
        "time, timestamp",
        "double precision, real",
        "date, integer",
        "jsonb, integer"
    })
    void thereIsNoSuchCast(String from, String to) {
        assertThat(Cast.of(type(from), type(to))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "integer, text, true",
        "integer, numeric, true",
        "bigint, double precision, false",
        "numeric, text, false",
        "'numeric(10,2)', text, true",
        "text, integer, false",
        "text, varchar(5), true",
        "uuid, text, true",
        "jsonb, text, false"
    })
    void whetherKeysStayApart(String from, String to, boolean apart) {
        assertThat(Cast.of(type(from), type(to)).orElseThrow().keepsApart()).isEqualTo(apart);
    }

    @Test
    void typesAreShownAsTheyAreRead() {
        for (String text : new String[] {
            "boolean",
            "smallint",
            "integer",
            "bigint",
            "real",
            "double precision",
            "numeric(10,2)",
            "numeric",
            "text",
            "varchar(5)",
            "char(3)",
            "json",
            "jsonb",
            "uuid",
            "bytea",
            "date",
            "time(3)",
            "timestamp(0)",
            "timestamptz(6)"
        }) {
            assertThat(TypeText.show(type(text))).isEqualTo(text);
        }
    }
}
