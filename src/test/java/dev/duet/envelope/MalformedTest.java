package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.RowChange;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, a decision comes out: never an exception, and never a change from a broken record. */
class MalformedTest {
    private static final EnvelopeOptions PRECISE = EnvelopeOptions.DEFAULTS.withDecimalMode(DecimalMode.PRECISE);

    private final DebeziumDecoder decoder = new DebeziumDecoder(PRECISE, Tables.recorded());

    private final RecordedEvent create = RecordedEvent.of("pgsrc.fund_metadata", 2);

    private static RecordedEvent value(RecordedEvent event, String text) {
        return event.withValue(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"pgsrc.fund_metadata, 2", "pgsrc.fund_unit, 4", "withschema.fund_unit, 0", "withschema.fund_unit, 4"})
    void truncatedAtEveryByte(String file, long offset) {
        RecordedEvent event = RecordedEvent.of(file, offset);
        byte[] value = Objects.requireNonNull(event.value());
        byte[] key = Objects.requireNonNull(event.key());
        RowChange whole = changeOf(event.decode(decoder));

        for (int length = 0; length < value.length; length++) {
            assertThat(event.withValue(Arrays.copyOf(value, length)).decode(decoder))
                    .as("first %s bytes", length)
                    .isInstanceOf(Decoded.Malformed.class);
        }
        for (int length = 0; length < key.length; length++) {
            String part = new String(key, 0, length, StandardCharsets.UTF_8);
            assertThat(event.withKey(part).decode(decoder))
                    .as("first %s bytes of the key", length)
                    .isInstanceOf(Decoded.Malformed.class);
        }
        assertThat(valuesOf(changeOf(event.decode(decoder)))).isEqualTo(valuesOf(whole));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgsrc.fund_unit", "withschema.fund_unit"})
    void randomlyDamaged(String file) {
        Random random = new Random(42);
        for (RecordedEvent event : RecordedEvent.all(file)) {
            for (int i = 0; i < 20_000; i++) {
                byte[] value = Objects.requireNonNull(event.value()).clone();
                byte[] key = Objects.requireNonNull(event.key()).clone();
                for (int k = random.nextInt(3); k >= 0; k--) {
                    value[random.nextInt(value.length)] = (byte) random.nextInt(256);
                }
                key[random.nextInt(key.length)] = (byte) random.nextInt(256);
                RecordedEvent damaged =
                        new RecordedEvent(event.topic(), 0, i, random.nextBoolean() ? key : event.key(), value);
                assertThat(damaged.decode(decoder)).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "op":"c"            | "op":"x"                  | op: expected one of c, u, d, r, t, m
            "op":"c"            | "op":"cc"                 | op: expected one of c, u, d, r, t, m
            "op":"c"            | "op":null                 | op: expected one of c, u, d, r, t, m
            "op":"c",           | ''                        | op: expected one of c, u, d, r, t, m
            "op":"c"            | "op":"c","op":"c"         | op: expected only once
            "after":{           | "later":{                 | after: expected an object
            "source":{          | "status":{"op":1},"a":{   | source: expected an object
            "source":{          | "sauce":{                 | source: expected an object
            "source":{          | "source":1,"x":{          | source: expected an object
            "lsn":25115808      | "lsn":null                | source.lsn: expected a 64-bit integer
            "lsn":25115808      | "lsn":"25115808"          | source.lsn: expected a 64-bit integer
            "lsn":25115808      | "lsn":2.5                 | source.lsn: expected a 64-bit integer
            "lsn":25115808      | "lsn":1,"lsn":2           | source.lsn: expected only once
            "lsn":25115808,     | ''                        | source.lsn: expected a 64-bit integer
            "table":"fund_metadata" | "table":null          | source.table: expected a string
            "table":"fund_metadata" | "table":""            | source: expected schema and table
            "fund_id":3         | "fund_id":"3"             | after.fund_id: expected a 32-bit integer
            "fund_id":3         | "fund_id":3.0             | after.fund_id: expected a 32-bit integer
            "fund_id":3         | "fund_id":2147483648      | after.fund_id: expected a 32-bit integer
            "fund_id":3         | "fund_id":null            | after.fund_id: expected a value, since it is part of the key
            "fund_id":3,        | ''                        | after: expected the key's column 'fund_id'
            "fund_id":3         | "fund_id":3,"fund_id":3   | after.fund_id: expected only once
            "big":-1            | "big":9223372036854775808 | after.big: expected a 64-bit integer
            "big":-1            | "big":{"a":[1]}           | after.big: expected a 64-bit integer
            "active":true       | "active":1                | after.active: expected true or false
            "nav":"FuNg"        | "nav":"***"               | after.nav: expected bytes in base64
            "nav":"FuNg"        | "nav":""                  | after.nav: expected an unscaled value in base64
            "nav":"FuNg"        | "nav":"f/////////////8="  | after.nav: expected a decimal of at most 18 digits, 6 of them fraction
            "nav":"FuNg"        | "nav":1.1234567           | after.nav: expected a decimal of at most 6 fraction digits
            "nav":"FuNg"        | "nav":1e999999999         | after.nav: expected a decimal within PostgreSQL's range
            "aum":null          | "aum":1e999999999         | after.aum: expected a decimal within PostgreSQL's range
            "aum":null          | "aum":{"scale":1}         | after.aum: expected a decimal as {scale, value}
            "ratio":null        | "ratio":"nan"             | after.ratio: expected a number, NaN, Infinity or -Infinity
            "ratio":null        | "ratio":1e999             | after.ratio: expected a number within the type's range
            "inception":2146033979 | "inception":2146033978 | after.inception: expected a date within PostgreSQL's range
            "open_time":null    | "open_time":86400000001   | after.open_time: expected a time of day in microseconds
            "updated_at":"2026-01-02T01:04:05.678901Z" | "updated_at":"2026-02-30T01:04:05Z" | after.updated_at: expected an ISO 8601 timestamp with a zone and at most microseconds
            "uid":null          | "uid":"1111"              | after.uid: expected a UUID
            "note":null         | "note":"a\\u0000b"        | after.note: expected a string without NUL characters
            "note":null         | "note":"a\\ud800b"        | after.note: expected a string without unpaired surrogates
            "note":null         | "note":"a\\udc00"         | after.note: expected a string without unpaired surrogates
            "note":null         | "note":["a"]              | after.note: expected a string
            {"before"           | []{"before"               | value: expected a JSON object
            {"before"           | {{"before"                | value: expected valid JSON
            """)
    void saysWhichFieldAndWhatWasExpected(String part, String replacement, String reason) {
        RecordedEvent event = create.with(part, replacement);

        assertThat(event.decode(decoder)).isEqualTo(new Decoded.Malformed(reason));
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);
        assertThat(event.decode(decoder)).as("with expectations").isEqualTo(new Decoded.Malformed(reason));
    }

    @Test
    void supplementaryCharactersAreFine() {
        assertThat(create.with("\"note\":null", "\"note\":\"\\ud83d\\ude00 \u00e9 \ud83d\ude00\"")
                        .decode(decoder))
                .isInstanceOf(Decoded.Change.class);
    }

    @Test
    void deepNesting() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);

        assertThat(create.with("\"big\":-1", "\"big\":" + deep).decode(decoder)).isInstanceOf(Decoded.Malformed.class);
        assertThat(create.with("\"before\":null", "\"before\":" + deep).decode(decoder))
                .isInstanceOf(Decoded.Malformed.class);
        assertThat(value(create, deep).decode(decoder)).isInstanceOf(Decoded.Malformed.class);
        assertThat(value(create, "{\"schema\":" + "{\"fields\":[".repeat(10_000))
                        .decode(decoder))
                .isInstanceOf(Decoded.Malformed.class);
        String schema = "{\"fields\":[".repeat(10_000) + "]}".repeat(10_000);
        assertThat(value(create, "{\"schema\":" + schema + ",\"payload\":{}}").decode(decoder))
                .isInstanceOf(Decoded.Malformed.class);
        assertThat(create.withKey("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000))
                        .decode(decoder))
                .isInstanceOf(Decoded.Malformed.class);
    }

    /** The decoder takes them: how large a record may be is bounded before it is decoded. */
    @Test
    void fiftyMegabytesAreText() {
        String note = "\"note\":\"" + "x".repeat(50_000_000) + "\"";

        assertThat(create.with("\"note\":null", note).decode(decoder)).isInstanceOf(Decoded.Change.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0xc0, 0xc1, 0xf5, 0xff, 0xc2, 0xe2, 0xf0})
    void brokenUtf8(int lead) {
        byte[] value =
                create.with("\"note\":null", "\"note\":\"##\"").valueText().getBytes(StandardCharsets.UTF_8);
        int at = new String(value, StandardCharsets.ISO_8859_1).indexOf("##");
        value[at] = (byte) lead;

        assertThat(create.withValue(value).decode(decoder))
                .isEqualTo(new Decoded.Malformed("value: expected UTF-8, not the byte at index " + at));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                        | key: expected at least one column
            []                        | key: expected a JSON object
            3                         | key: expected a JSON object
            {"fund_id":3,"fund_id":3} | key.fund_id: expected only once
            {"fund_id":3}}            | key: expected a JSON object
            Struct{fund_id=3}         | key: expected a JSON object
            """)
    void keys(String key, String reason) {
        assertThat(create.withKey(key).decode(decoder)).isEqualTo(new Decoded.Malformed(reason));
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);
        assertThat(create.withKey(key).decode(decoder)).isEqualTo(new Decoded.Malformed(reason));
    }

    @Test
    void keysOfDeletes() {
        RecordedEvent delete = RecordedEvent.of("pgsrc.fund_metadata", 4);

        assertThat(delete.withKey("{\"fund_id\":\"3\"}").decode(decoder))
                .isEqualTo(new Decoded.Malformed("key.fund_id: expected a 32-bit integer"));
        assertThat(delete.withKey("{\"fund_id\":null}").decode(decoder))
                .isEqualTo(new Decoded.Malformed("key.fund_id: expected a value, since it is part of the key"));
        RecordedEvent framed = RecordedEvent.of("withschema.fund_unit", 4);
        String key = new String(Objects.requireNonNull(framed.key()), StandardCharsets.UTF_8);
        assertThat(framed.withKey(key.replace(",\"unit_code\":\"B\"", "")).decode(decoder))
                .isEqualTo(new Decoded.Malformed("key: expected the column 'unit_code' of its schema"));
    }

    @Test
    void aRecordThatContradictsItsOwnSchema() {
        RecordedEvent event = RecordedEvent.of("withschema.fund_unit", 0);

        assertThat(event.with("\"units\":\"D1XI\",", "").decode(decoder))
                .isEqualTo(new Decoded.Malformed("after: expected the column 'units'"));
        assertThat(event.with("\"units\":\"D1XI\"", "\"units\":\"D1XI\",\"x\":1")
                        .decode(decoder))
                .isEqualTo(new Decoded.Malformed("after.x: expected no such field"));
    }

    @Test
    void reasonsNeverShowAValue() {
        RecordedEvent event = create.with("\"fund_name\":\"Gamma\"", "\"fund_name\":\"SECRET")
                .with("\"nav\":\"FuNg\"", "\"nav\":\"FuNg");

        assertThat(event.decode(decoder).toString()).doesNotContain("SECRET").doesNotContain("FuNg");
        assertThat(create.with("\"note\":null", "\"" + "n\\u0007".repeat(200) + "\":null")
                        .decode(decoder))
                .isInstanceOfSatisfying(
                        Decoded.Blocked.class,
                        blocked -> assertThat(blocked.reason())
                                .hasSizeLessThan(600)
                                .doesNotContain("\u0007"));
    }
}
