package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.change.ColumnType;
import dev.duet.change.TopicPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Against Avro's own writer: each kind of type comes as the JSON converter would write it, and a schema as Connect's. */
class AvroParserTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory JSON = new JsonFactory();

    private static final String ALL_KINDS = """
            {"type":"record","name":"All","namespace":"a.b","fields":[
              {"name":"n","type":"null"},{"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},
              {"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"y","type":"bytes"},{"name":"s","type":"string"},
              {"name":"x","type":{"type":"fixed","name":"Two","size":2}},
              {"name":"e","type":{"type":"enum","name":"Color","symbols":["RED","BLUE"]}},
              {"name":"a","type":{"type":"array","items":["null","Two"]}},
              {"name":"m","type":{"type":"map","values":"long"}},
              {"name":"u","type":["null","string","int"]},
              {"name":"r","type":{"type":"record","name":"Inner","fields":[{"name":"v","type":["null","a.b.Inner"]}]}},
              {"name":"last","type":"int"}]}""";

    private static AvroSchema parsed(String schema) {
        try {
            return new AvroSchemaParser(JSON).parse(new WriterSchemas.Answer(schema, List.of()));
        } catch (Unreadable e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] written(Schema schema, Object value, boolean blocks) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = blocks
                ? new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(out, null)
                : EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<>(schema).write(value, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static JsonNode read(AvroType type, byte[] bytes) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonParser parser = new AvroParser().open(bytes, 0, bytes.length, type);
                JsonGenerator out = JSON.createGenerator(text)) {
            parser.nextToken();
            out.copyCurrentStructureExact(parser);
            assertThat(parser.nextToken()).isNull();
        }
        return MAPPER.readTree(text.toString());
    }

    private static GenericData.Record allKinds(Schema schema) {
        Schema two = schema.getField("x").schema();
        Schema inner = schema.getField("r").schema();
        GenericData.Record nested = new GenericData.Record(inner);
        GenericData.Record outer = new GenericData.Record(inner);
        outer.put("v", nested);
        GenericData.Record all = new GenericData.Record(schema);
        all.put("b", true);
        all.put("i", -1234567);
        all.put("l", Long.MIN_VALUE);
        all.put("f", 1.5f);
        all.put("d", Double.NaN);
        all.put("y", ByteBuffer.wrap(new byte[] {0, -1, 7}));
        all.put("s", "Ünï 日本 \uD83D\uDE00 \"");
        all.put("x", new GenericData.Fixed(two, new byte[] {1, 2}));
        all.put("e", new GenericData.EnumSymbol(schema.getField("e").schema(), "BLUE"));
        all.put("a", Arrays.asList(null, new GenericData.Fixed(two, new byte[] {3, 4})));
        all.put("m", Map.of("k", 5L));
        all.put("u", 42);
        all.put("r", outer);
        all.put("last", 9);
        return all;
    }

    @Test
    void everyKind() throws Exception {
        Schema schema = new Schema.Parser().parse(ALL_KINDS);
        JsonNode expected = MAPPER.readTree("""
                {"n":null,"b":true,"i":-1234567,"l":-9223372036854775808,"f":1.5,"d":"NaN","y":"AP8H","s":"Ünï 日本 \uD83D\uDE00 \\"",
                 "x":"AQI=","e":"BLUE","a":[null,"AwQ="],"m":{"k":5},"u":42,"r":{"v":{"v":null}},"last":9}""");
        for (boolean blocks : new boolean[] {false, true}) {
            byte[] bytes = written(schema, allKinds(schema), blocks);
            assertThat(read(parsed(ALL_KINDS).type(), bytes)).isEqualTo(expected);
        }
    }

    @Test
    void whatIsSkippedEndsWhereWhatIsReadEnds() throws Exception {
        Schema schema = new Schema.Parser().parse(ALL_KINDS);
        AvroType type = parsed(ALL_KINDS).type();
        for (boolean blocks : new boolean[] {false, true}) {
            byte[] bytes = written(schema, allKinds(schema), blocks);
            try (JsonParser parser = new AvroParser().open(bytes, 0, bytes.length, type)) {
                parser.nextToken();
                parser.skipChildren();
                assertThat(parser.nextToken()).isNull();
            }
        }
    }

    @Test
    void everyCutIsAFault() throws Exception {
        Schema schema = new Schema.Parser().parse(ALL_KINDS);
        AvroType type = parsed(ALL_KINDS).type();
        byte[] bytes = written(schema, allKinds(schema), false);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(type, cut)).isInstanceOf(AvroFault.class);
        }
        assertThatThrownBy(() -> read(type, Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(AvroFault.class);
    }

    @Test
    void longListsAndTexts() throws Exception {
        Schema schema = new Schema.Parser().parse("{\"type\":\"array\",\"items\":\"string\"}");
        AvroType type = AvroType.composed(AvroType.Kind.ARRAY, AvroType.of(AvroType.Kind.STRING));
        Random random = new Random(3);
        List<String> values = Collections.nCopies(300, "x".repeat(random.nextInt(2000)) + "é");
        JsonNode read = read(type, written(schema, values, true));
        assertThat(read).hasSize(300);
        assertThat(read.get(299).asText()).isEqualTo(values.getLast());
    }

    /** An array of a thousand million nulls has a few bytes, and a record that contains itself needs none. */
    @Test
    void valuesWithoutBytesAreBounded() {
        AvroType nulls = AvroType.composed(AvroType.Kind.ARRAY, AvroType.of(AvroType.Kind.NULL));
        byte[] many = {(byte) 0x80, (byte) 0xa8, (byte) 0xd6, (byte) 0xb9, 0x07, 0};
        assertThatThrownBy(() -> read(nulls, many)).isInstanceOf(AvroFault.class);
        AvroType itself = parsed("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}")
                .type();
        assertThatThrownBy(() -> read(itself, new byte[0])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> {
                    try (JsonParser parser = new AvroParser().open(new byte[0], 0, 0, itself)) {
                        parser.nextToken();
                        parser.skipChildren();
                    }
                })
                .isInstanceOf(AvroFault.class);
    }

    @Test
    void aSchemaIsConnects() {
        ConnectSchema schema = parsed("""
                {"type":"record","name":"Value","fields":[
                  {"name":"Odd_Name","type":["null",{"type":"string","connect.parameters":
                    {"__debezium.source.column.name":"Odd Name","__debezium.source.column.type":"VARCHAR","__debezium.source.column.length":"7"}}]},
                  {"name":"other","type":{"type":"string","connect.parameters":{"__debezium.source.column.name":"Odd Name"}}},
                  {"name":"n","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2,"connect.default":"\\u0001\\u0000"}},
                  {"name":"d","type":{"type":"int","logicalType":"date"}},
                  {"name":"small","type":{"type":"int","connect.type":"int16"}},
                  {"name":"l","type":{"type":"array","items":["null","long"]}},
                  {"name":"two","type":["int","string"]}]}""").connect();
        List<ConnectField> fields = schema.fields();
        assertThat(fields)
                .extracting(ConnectField::name)
                .containsExactly("Odd Name", "other", "n", "d", "small", "l", "two");
        assertThat(ColumnTypes.of(fields.get(0))).hasValue(new ColumnType.Text(7));
        assertThat(ColumnTypes.of(fields.get(2))).hasValue(new ColumnType.Decimal(10, 2));
        assertThat(fields.get(2).defaultJson()).isEqualTo("\"AQA=\"");
        assertThat(ColumnTypes.of(fields.get(3))).hasValue(new ColumnType.Date());
        assertThat(ColumnTypes.of(fields.get(4))).hasValue(new ColumnType.Int16());
        assertThat(Objects.requireNonNull(fields.get(5).items()).type()).isEqualTo("int64");
        assertThat(ColumnTypes.of(fields.get(6))).isEmpty();
    }

    /** ExtractNewRecordState in front of the converter. */
    @Test
    void flattenedRecords() throws Exception {
        String text = """
                {"type":"record","name":"Value","fields":[{"name":"fund_id","type":"int"},
                 {"name":"units","type":["null",{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}]},
                 {"name":"__op","type":"string"},{"name":"__deleted","type":"string"},
                 {"name":"__source_lsn","type":"long"},{"name":"__source_ts_ms","type":"long"}]}""";
        Schema schema = new Schema.Parser().parse(text);
        GenericData.Record flat = new GenericData.Record(schema);
        flat.put("fund_id", 7);
        flat.put("units", ByteBuffer.wrap(new byte[] {1, 0}));
        flat.put("__op", "u");
        flat.put("__deleted", "false");
        flat.put("__source_lsn", 99L);
        flat.put("__source_ts_ms", 5L);
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(new byte[] {0, 0, 0, 0, 3});
        value.write(written(schema, flat, false));
        DebeziumDecoder decoder = new DebeziumDecoder(
                EnvelopeOptions.DEFAULTS,
                Tables.none(),
                new RecordShapes(topic -> true, table -> List.of()),
                id -> new WriterSchemas.Answer(text, List.of()));
        Decoded decoded = decoder.decode(new TopicPartition("p.public.fund_unit", 0), 0, null, value.toByteArray());
        assertThat(DebeziumDecoderTest.valuesOf(DebeziumDecoderTest.changeOf(decoded)))
                .containsExactly(7, new BigDecimal("0.0256"));
    }

    @Test
    void typesOfOtherSchemasAreFound() throws Exception {
        String inner =
                "{\"type\":\"record\",\"name\":\"Key\",\"namespace\":\"a.b\",\"fields\":[{\"name\":\"i\",\"type\":\"int\"}]}";
        String outer =
                "{\"type\":\"record\",\"name\":\"E\",\"namespace\":\"a.b\",\"fields\":[{\"name\":\"k\",\"type\":\"Key\"}]}";
        AvroSchema schema = new AvroSchemaParser(JSON).parse(new WriterSchemas.Answer(outer, List.of(inner)));
        assertThat(read(schema.type(), new byte[] {6})).isEqualTo(MAPPER.readTree("{\"k\":{\"i\":3}}"));
    }
}
