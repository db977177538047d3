package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.rowOf;
import static dev.duet.envelope.DebeziumDecoderTest.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Records that carry their schema: types, and that it is parsed once. */
class WithSchemasTest {
    private final DebeziumDecoder decoder = new DebeziumDecoder(EnvelopeOptions.DEFAULTS, Tables.none());

    /** The recorded table without its array, which has no type yet. */
    static RecordedEvent holding(long offset) {
        RecordedEvent event = RecordedEvent.of("propagated", offset);
        String value = event.valueText()
                .replaceAll("\\{\"type\":\"array\".*?\"field\":\"tags\"},", "")
                .replace("\"tags\":[\"a\",null,\"b c\"],", "");
        return event.withValue(value.getBytes(StandardCharsets.UTF_8));
    }

    /** The recorded table without its array and its interval. */
    static RecordedEvent fund() {
        RecordedEvent event = RecordedEvent.of("withschema.fund_metadata", 0);
        String value = event.valueText()
                .replaceAll("\\{\"type\":\"array\",\"items\".*?\"field\":\"tags\"},", "")
                .replaceAll(
                        ",\\{\"type\":\"int64\",\"optional\":true,\"name\":\"io.debezium.time.MicroDuration\".*?}", "")
                .replace("\"tags\":[\"a\",\"b\"],", "")
                .replace(",\"dur\":2802600000000", "");
        return event.withValue(value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everySemanticTypeOfTheRecordedTable() {
        RowChange change = changeOf(fund().decode(decoder));

        assertThat(change.schema().columns())
                .extracting(Column::type)
                .containsExactly(
                        new ColumnType.Int32(),
                        new ColumnType.Text(0),
                        new ColumnType.Decimal(18, 6),
                        new ColumnType.Numeric(),
                        new ColumnType.Date(),
                        new ColumnType.Time(6),
                        new ColumnType.Timestamp(6),
                        new ColumnType.TimestampTz(6),
                        new ColumnType.Bool(),
                        new ColumnType.Json(false),
                        new ColumnType.Uuid(),
                        new ColumnType.Int64(),
                        new ColumnType.Float64(),
                        new ColumnType.Bytes(),
                        new ColumnType.Text(0));
        assertThat(rowOf(change).get(3)).isEqualTo(new BigDecimal("98765432109876543210.123456789"));
    }

    @Test
    void semanticTypes() {
        RowChange change = changeOf(RecordedEvent.of("withschema.fund_unit", 0).decode(decoder));

        assertThat(change.op()).isEqualTo(Op.READ);
        assertThat(change.table()).isEqualTo(Tables.UNIT);
        assertThat(change.schema().columns())
                .containsExactly(
                        new Column("fund_id", new ColumnType.Int32()),
                        new Column("unit_code", new ColumnType.Text(0)),
                        new Column("units", new ColumnType.Decimal(20, 4)),
                        new Column("price_at", new ColumnType.Timestamp(3)));
        assertThat(change.schema().key()).containsExactly(0, 1);
        assertThat(valuesOf(change)).containsExactly(1, "A", new BigDecimal("100.5000"), 1767261600123000L);
    }

    @Test
    void eachOp() {
        List<RowChange> changes = RecordedEvent.all("withschema.fund_unit").stream()
                .map(event -> changeOf(event.decode(decoder)))
                .toList();

        assertThat(changes).extracting(RowChange::op).containsExactly(Op.READ, Op.CREATE, Op.DELETE, Op.UPDATE);
        assertThat(changes)
                .allSatisfy(change ->
                        assertThat(change.schema()).isSameAs(changes.getFirst().schema()));
        assertThat(valuesOf(changes.get(2))).containsExactly(2, "B", "null", "null");
        assertThat(decoder.parsedSchemas())
                .as("one of the values, one of the keys")
                .isEqualTo(2);
    }

    @Test
    void propagatedTypes() {
        RowChange change = changeOf(holding(0).decode(decoder));

        assertThat(change.schema().columns())
                .extracting(Column::type)
                .containsExactly(
                        new ColumnType.Int32(),
                        new ColumnType.Int64(),
                        new ColumnType.Decimal(10, 2),
                        new ColumnType.Numeric(),
                        new ColumnType.Text(30),
                        new ColumnType.Text(0),
                        new ColumnType.Json(true),
                        new ColumnType.Native("inet"),
                        new ColumnType.TimestampTz(6),
                        new ColumnType.Decimal(19, 2),
                        new ColumnType.Text(0),
                        new ColumnType.Json(true));
        assertThat(rowOf(change).get(1)).isEqualTo(9007199254740993L);
        assertThat(rowOf(change).get(2)).isEqualTo(new BigDecimal("12.30"));
        assertThat(rowOf(change).get(7)).isEqualTo("10.0.0.1");
        assertThat(rowOf(change).get(9)).isEqualTo(new BigDecimal("1234.50"));
        assertThat(rowOf(change).get(10)).isEqualTo("AA");
    }

    @Test
    void schemaChangeInMidStreamAndBack() {
        RowChange first = changeOf(holding(0).decode(decoder));
        RowChange altered = changeOf(holding(3).decode(decoder));
        RowChange again = changeOf(holding(0).decode(decoder));
        RowChange onwards = changeOf(holding(3).decode(decoder));

        assertThat(altered.schema()).isNotSameAs(first.schema()).isNotEqualTo(first.schema());
        assertThat(altered.schema().columns().get(2).type()).isEqualTo(new ColumnType.Decimal(14, 4));
        assertThat(rowOf(altered).get(2)).isEqualTo(new BigDecimal("12.3234"));
        assertThat(again.schema()).isSameAs(first.schema());
        assertThat(onwards.schema()).isSameAs(altered.schema());
        assertThat(decoder.parsedSchemas()).isEqualTo(3);
    }

    @Test
    void aColumnWithoutATypeBlocksItsTable() {
        assertThat(RecordedEvent.of("propagated", 0)
                        .with("_TEXT", "_BIT")
                        .with("\"type\":\"array\"", "\"type\":\"map\"")
                        .decode(decoder))
                .isInstanceOfSatisfying(Decoded.Blocked.class, blocked -> {
                    assertThat(blocked.table()).isEqualTo(new TableId("public", "holding"));
                    assertThat(blocked.reason())
                            .contains("'tags'")
                            .contains("map")
                            .contains("column.exclude.list");
                });
    }

    @Test
    void truncateTakesTheRecordsOwnSchema() {
        RecordedEvent event = RecordedEvent.of("withschema.fund_unit", 0).withKey(null);
        String text = event.valueText().replaceAll("\"after\":\\{\"fund_id.*?}", "\"after\":null");
        RecordedEvent truncate =
                event.withValue(text.replace("\"op\":\"r\"", "\"op\":\"t\"").getBytes(StandardCharsets.UTF_8));

        RowChange change = changeOf(truncate.decode(decoder));

        assertThat(change.op()).isEqualTo(Op.TRUNCATE);
        assertThat(change.row()).isNull();
        assertThat(change.schema().columns()).hasSize(4);
    }

    @Test
    void aTableWithoutAKey() {
        RowChange change = changeOf(
                RecordedEvent.of("withschema.fund_unit", 0).withKey(null).decode(decoder));

        assertThat(change.schema().key()).isEmpty();
        RowChange delete = changeOf(
                RecordedEvent.of("withschema.fund_unit", 4).withKey(null).decode(decoder));
        assertThat(delete.op()).isEqualTo(Op.DELETE);
        assertThat(valuesOf(delete)).as("the whole row").contains(new BigDecimal("0.0000"));
    }

    @Test
    void twoTablesInOneTopic() {
        RecordedEvent unit = RecordedEvent.of("withschema.fund_unit", 0);
        RecordedEvent other = unit.with("\"table\":\"fund_unit\"", "\"table\":\"fund_unit_2\"");

        RowChange first = changeOf(unit.decode(decoder));
        RowChange second = changeOf(other.decode(decoder));
        RowChange third = changeOf(unit.decode(decoder));

        assertThat(second.table()).isEqualTo(new TableId("public", "fund_unit_2"));
        assertThat(second.schema().columns()).isEqualTo(first.schema().columns());
        assertThat(third.schema()).isSameAs(first.schema());
    }

    @Test
    void payloadBeforeSchemaAndWhiteSpace() {
        RecordedEvent event = RecordedEvent.of("withschema.fund_unit", 4);
        RowChange expected = changeOf(event.decode(decoder));

        RowChange change =
                changeOf(event.withKey(turned(new String(Objects.requireNonNull(event.key()), StandardCharsets.UTF_8)))
                        .withValue(turned(event.valueText()).getBytes(StandardCharsets.UTF_8))
                        .decode(decoder));

        assertThat(change.schema()).isSameAs(expected.schema());
        assertThat(valuesOf(change)).isEqualTo(valuesOf(expected));
        assertThat(decoder.parsedSchemas()).isEqualTo(2);
    }

    private static String turned(String framed) {
        int payload = framed.indexOf(",\"payload\":");
        String schema = framed.substring("{".length(), payload);
        return " {\n\t" + framed.substring(payload + 1, framed.length() - 1) + " , " + schema + "\r\n} ";
    }

    @Test
    void schemaAndPayloadAsColumnNames() {
        byte[] key = "{\"schema\":1,\"payload\":2}".getBytes(StandardCharsets.UTF_8);
        String value =
                "{\"before\":null,\"after\":{\"schema\":1,\"payload\":2},\"source\":{\"schema\":\"s\",\"table\":\"t\","
                        + "\"lsn\":5,\"ts_ms\":7},\"op\":\"c\"}";
        Tables tables = Tables.none();
        tables.put(new TableSchema(
                new TableId("s", "t"),
                List.of(new Column("schema", new ColumnType.Int32()), new Column("payload", new ColumnType.Int32())),
                List.of()));

        RowChange change = changeOf(new DebeziumDecoder(EnvelopeOptions.DEFAULTS, tables)
                .decode(new TopicPartition("t", 0), 0, key, value.getBytes(StandardCharsets.UTF_8)));

        assertThat(change.schema().key()).containsExactly(0, 1);
        assertThat(change.source().tsMicros()).isEqualTo(7000);
        assertThat(change.source().txId()).isEqualTo(-1);
    }
}
