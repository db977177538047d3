package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.duet.change.Op;
import dev.duet.change.RowChange;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Real Avro records give what their siblings in JSON give. */
class AvroEventsTest {
    private static final String HEADERS = "avro.header-ids.jsonl";
    private static final String WIRE = "avro.confluent-wire.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DebeziumDecoder decoder = decoder(RecordedAvro.registry());

    private static DebeziumDecoder decoder(WriterSchemas registry) {
        return new DebeziumDecoder(EnvelopeOptions.DEFAULTS, Tables.none(), RecordShapes.PLAIN, registry);
    }

    private static RecordedAvro unit(int offset) {
        return RecordedAvro.all(HEADERS).stream()
                .filter(record -> record.topic().endsWith("unit") && record.offset() == offset)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void idsInHeaders() {
        RowChange sibling = changeOf(RecordedEvent.of("withschema.fund_unit", 0)
                .decode(new DebeziumDecoder(EnvelopeOptions.DEFAULTS, Tables.none())));
        RowChange change = changeOf(unit(0).decode(decoder));
        // Recorded later than its sibling, after an update of the units.
        assertThat(valuesOf(change))
                .containsExactly(
                        1, "A", new BigDecimal("1.2345"), valuesOf(sibling).get(3));
        assertThat(change.schema()).isEqualTo(sibling.schema());
        assertThat(change.op()).isEqualTo(Op.CREATE);
        assertThat(change.source().lsn()).isPositive();
        assertThat(changeOf(unit(2).decode(decoder)).schema())
                .as("the same id, the same plan")
                .isSameAs(change.schema());
    }

    @Test
    void confluentsWireFormat() {
        RecordedAvro record = RecordedAvro.all(WIRE).getFirst();
        RowChange change = changeOf(record.decode(decoder));
        assertThat(valuesOf(change)).isEqualTo(valuesOf(changeOf(unit(0).decode(decoder))));
    }

    /** The id in 8 bytes where Confluent has 4: what the header-less default of Apicurio's converter writes. */
    @Test
    void apicuriosEightBytes() {
        RecordedAvro record = RecordedAvro.all(WIRE).getFirst();
        SchemaId[] asked = new SchemaId[1];
        WriterSchemas registry = id -> {
            asked[0] = id;
            return new WriterSchemas.Answer(RecordedAvro.text("avro.fund_unit.value.avsc"), List.of());
        };
        byte[] body = Objects.requireNonNull(record.value());
        byte[] value = new byte[body.length + 4];
        System.arraycopy(body, 1, value, 5, body.length - 1);
        RecordedAvro eight = new RecordedAvro(record.topic(), 0, record.headers(), null, value);
        assertThat(valuesOf(changeOf(eight.decode(decoder(registry)))))
                .isEqualTo(valuesOf(changeOf(record.decode(decoder))));
        assertThat(asked[0]).isEqualTo(new SchemaId(SchemaId.Kind.APICURIO, 8));
    }

    /** Column by column, by what the JSON converter wrote for the same row. */
    @Test
    void everyColumnReadsAsItsJson() throws Exception {
        List<JsonNode> rows = RecordedAvro.all(HEADERS).stream()
                .filter(record -> record.topic().endsWith("metadata"))
                .map(record -> json("avro.fund_metadata.value.avsc", record).get("after"))
                .toList();
        ObjectNode expected = (ObjectNode)
                JSON.readTree(RecordedEvent.of("pgsrc.fund_metadata", 0).valueText())
                        .get("after");
        expected.remove(List.of("note", "dur"));
        expected.put("remark", "hello").put("currency", "USD");
        assertThat(rows.getFirst()).isEqualTo(expected);
        assertThat(rows).extracting(row -> row.get("fund_id").asInt()).containsExactly(1, 4, 7, 2, 8, 1);
    }

    private static JsonNode json(String schema, RecordedAvro record) {
        try {
            byte[] value = Objects.requireNonNull(record.value());
            AvroType type = new AvroSchemaParser(new JsonFactory())
                    .parse(new WriterSchemas.Answer(RecordedAvro.text(schema), List.of()))
                    .type();
            StringWriter text = new StringWriter();
            try (JsonParser parser = new AvroParser().open(value, 0, value.length, type);
                    JsonGenerator out = new JsonFactory().createGenerator(text)) {
                parser.nextToken();
                out.copyCurrentStructureExact(parser);
                assertThat(parser.nextToken()).isNull();
            }
            return JSON.readTree(text.toString());
        } catch (IOException | Unreadable e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSchemaIsAskedForOnce() {
        AtomicInteger asked = new AtomicInteger();
        WriterSchemas registry = RecordedAvro.registry();
        DebeziumDecoder counting = decoder(id -> {
            asked.incrementAndGet();
            return registry.find(id);
        });
        for (int round = 0; round < 3; round++) {
            assertThat(unit(0).decode(counting)).isInstanceOf(Decoded.Change.class);
            assertThat(unit(1).decode(counting)).isInstanceOf(Decoded.Change.class);
        }
        assertThat(asked).as("one key, one value").hasValue(2);
    }

    @Test
    void columnsWhoseNullsMayHaveBecomeDefaultsAreTold() {
        List<String> told = new ArrayList<>();
        WriterSchemas registry = RecordedAvro.registry();
        DebeziumDecoder telling = decoder(new WriterSchemas() {
            @Override
            public Answer find(SchemaId id) throws UnusableSchemaException {
                return registry.find(id);
            }

            @Override
            public void nullsMayBeDefaults(String topic, SchemaId id, List<String> columns) {
                told.addAll(columns);
            }
        });
        RecordedAvro.all(HEADERS).forEach(record -> {
            var unused = record.decode(telling);
        });
        assertThat(told).containsExactly("active", "currency");
    }

    @Test
    void withoutARegistryTheTableStopsAndSaysWhatToSet() {
        Decoded decoded = unit(0).decode(decoder(WriterSchemas.NONE));
        assertThat(decoded).isInstanceOf(Decoded.Blocked.class);
        assertThat(((Decoded.Blocked) decoded).reason())
                .contains("topic avro.public.fund_unit")
                .contains("global id 3")
                .contains("duet.source.registry.url");
        assertThat(((Decoded.Blocked) decoded).table()).isEqualTo(Tables.UNIT);
    }

    @Test
    void anUnknownIdStopsTheTableAndIsAskedForAgain() {
        WriterSchemas registry = RecordedAvro.registry();
        boolean[] lost = {true};
        DebeziumDecoder unsteady = decoder(id -> {
            if (lost[0] && id.id() == 4) {
                throw new UnusableSchemaException("the registry knows no " + id);
            }
            return registry.find(id);
        });
        assertThat(unit(0).decode(unsteady)).isInstanceOf(Decoded.Blocked.class);
        lost[0] = false;
        assertThat(unit(0).decode(unsteady)).isInstanceOf(Decoded.Change.class);
    }

    @Test
    void whatIsNoSchemaStopsTheTable() {
        for (String schema :
                List.of("", "{", "3", "{\"type\":\"nonsense\"}", "{\"type\":\"record\"}", "[[]]", "{} {}")) {
            Decoded decoded = unit(0).decode(decoder(id -> new WriterSchemas.Answer(schema, List.of())));
            assertThat(decoded).as(schema).isInstanceOf(Decoded.Blocked.class);
        }
    }

    @Test
    void aDeleteHasItsKeyFromTheRecordKey() {
        RecordedAvro record = unit(0);
        byte[] value = Objects.requireNonNull(record.value()).clone();
        int op = lastIndexOf(value, new byte[] {2, 'c'}) + 1;
        value[op] = 'd';
        // The row moves from after to before: 00 02 ROW becomes 02 ROW 00.
        int end = indexOfSource(value);
        byte[] moved = value.clone();
        System.arraycopy(value, 1, moved, 0, end - 1);
        moved[end - 1] = 0;
        RowChange change = changeOf(record.withValue(moved).decode(decoder));
        assertThat(change.op()).isEqualTo(Op.DELETE);
        assertThat(valuesOf(change)).containsExactly(1, "A", "null", "null");
    }

    private static int indexOfSource(byte[] value) {
        byte[] version = "3.7.0.Final".getBytes(StandardCharsets.US_ASCII);
        return lastIndexOf(value, version) - 1;
    }

    private static int lastIndexOf(byte[] bytes, byte[] part) {
        for (int i = bytes.length - part.length; i >= 0; i--) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("not there");
    }

    /** Whatever the bytes, there is a decision, soon, and no exception. */
    @Test
    void mutatedRecordsNeverThrow() {
        Random random = new Random(7);
        List<RecordedAvro> records = RecordedAvro.all(HEADERS);
        int changes = 0;
        for (int i = 0; i < 60_000; i++) {
            RecordedAvro record = records.get(random.nextInt(records.size()));
            byte[] value = Objects.requireNonNull(record.value()).clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                value[random.nextInt(value.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                value = Arrays.copyOf(value, random.nextInt(value.length + 20));
            }
            Decoded decoded = record.withValue(value).decode(decoder);
            changes += decoded instanceof Decoded.Change ? 1 : 0;
        }
        assertThat(changes).isPositive();
    }
}
