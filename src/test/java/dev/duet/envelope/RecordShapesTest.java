package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableSchema;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import dev.duet.envelope.EnvelopeOptions.TimePrecision;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Recorded events that are not Debezium's plain envelope: with fields beside the row, and flattened ones. */
class RecordShapesTest {
    private static final EnvelopeOptions PRECISE = EnvelopeOptions.DEFAULTS
            .withDecimalMode(DecimalMode.PRECISE)
            .withAmbiguousNulls(EnvelopeOptions.AmbiguousNulls.NULL);
    private static final EnvelopeOptions UNWRAPPED = EnvelopeOptions.DEFAULTS
            .withDecimalMode(DecimalMode.DOUBLE)
            .withTimePrecision(TimePrecision.CONNECT)
            .withAmbiguousNulls(EnvelopeOptions.AmbiguousNulls.NULL);
    private static final List<String> LIFT = List.of("source_system");

    private final Tables tables = Tables.recorded();
    private final DebeziumDecoder lifting =
            new DebeziumDecoder(PRECISE, tables, new RecordShapes(topic -> false, table -> LIFT));
    private final DebeziumDecoder flattening =
            new DebeziumDecoder(UNWRAPPED, tables, new RecordShapes(topic -> true, table -> List.of()));

    private static TableSchema unitWith(String column) {
        List<Column> columns = new ArrayList<>(Tables.unit().columns());
        columns.add(new Column(column, new ColumnType.Text(0)));
        return new TableSchema(Tables.UNIT, columns, List.of(0, 1));
    }

    @Test
    void aFieldBesideTheRowIsLiftedIntoIt() {
        RowChange create = changeOf(RecordedEvent.of("pgsrc.fund_unit", 3).decode(lifting));
        assertThat(create.schema()).isEqualTo(unitWith("source_system"));
        assertThat(valuesOf(create)).endsWith("finance_db").hasSize(5);

        RowChange delete = changeOf(RecordedEvent.of("pgsrc.fund_unit", 4).decode(lifting));
        assertThat(delete.schema()).isSameAs(create.schema());
        assertThat(valuesOf(delete)).containsExactly(2, "B", "null", "null", "null");
    }

    @Test
    void aLiftedFieldMayComeFirstOrNotAtAll() {
        RecordedEvent event = RecordedEvent.of("pgsrc.fund_unit", 3);
        RecordedEvent first = event.with(",\"source_system\":\"finance_db\"", "")
                .with("{\"before\"", "{\"source_system\":7,\"before\"");
        assertThat(valuesOf(changeOf(first.decode(lifting)))).endsWith("7");
        assertThat(valuesOf(changeOf(
                        event.with(",\"source_system\":\"finance_db\"", "").decode(lifting))))
                .endsWith("null");
        assertThat(valuesOf(changeOf(event.decode(lifting)))).endsWith("finance_db");
        assertThat(event.with("\"finance_db\"", "{\"a\":1}").decode(lifting))
                .isEqualTo(new Decoded.Malformed(
                        "source_system: expected a text, a number or a boolean, since it is lifted into the row"));
    }

    @Test
    void withSchemasToo() {
        DebeziumDecoder decoder = new DebeziumDecoder(
                EnvelopeOptions.DEFAULTS, Tables.none(), new RecordShapes(topic -> false, table -> LIFT));
        assertThat(valuesOf(changeOf(RecordedEvent.of("withschema.fund_unit", 3).decode(decoder))))
                .endsWith("finance_db")
                .hasSize(5);
    }

    @Test
    void withoutALiftTheFieldIsLeftAlone() {
        DebeziumDecoder plain = new DebeziumDecoder(PRECISE, tables);
        assertThat(changeOf(RecordedEvent.of("pgsrc.fund_unit", 3).decode(plain))
                        .schema())
                .isEqualTo(Tables.unit());
    }

    @Test
    void aLiftedFieldThatIsAColumnAsWellStopsTheTable() {
        tables.put(unitWith("source_system"));
        RecordedEvent event = RecordedEvent.of("pgsrc.fund_unit", 3)
                .with("\"unit_code\":\"B\",\"units\"", "\"source_system\":\"x\",\"unit_code\":\"B\",\"units\"");
        assertThat(event.decode(lifting)).isInstanceOf(Decoded.Blocked.class);
    }

    @Test
    void flattenedRecordsAreRowsAgain() {
        tables.put(unitWith("source_system"));
        List<RowChange> changes = RecordedEvent.all("unwrap.fund_unit").stream()
                .map(event -> changeOf(event.decode(flattening)))
                .toList();
        assertThat(changes)
                .extracting(RowChange::op)
                .containsExactly(Op.READ, Op.READ, Op.READ, Op.CREATE, Op.DELETE, Op.CREATE, Op.CREATE, Op.UPDATE);
        assertThat(valuesOf(changes.get(3)))
                .containsExactly(2, "B", new BigDecimal("1.0001"), 1772506983003000L, "finance_db");
        assertThat(changes.get(3).source())
                .isEqualTo(new SourcePosition(25116608, SourcePosition.NO_TX, 1795401528972000L));
        assertThat(valuesOf(changes.get(4))).containsExactly(2, "B", "null", "null", "null");
        assertThat(changes)
                .extracting(RowChange::schema)
                .containsOnly(changes.getFirst().schema());
    }

    /** The columns of this table change on the way; large values and TOAST placeholders come through. */
    @Test
    void allOfARecordedHistory() {
        tables.put(new TableSchema(Tables.FUND, flattenedFund(), List.of(0)));
        int rows = 0;
        for (RecordedEvent event : RecordedEvent.all("unwrap.fund_metadata")) {
            RecordedEvent known =
                    event.valueText().contains("\"NaN\"") ? event.with("\"aum\":\"NaN\"", "\"aum\":null") : event;
            known = known.valueText().contains("[\"a\",\"b\"]") ? known.with("[\"a\",\"b\"]", "null") : known;
            known = known.valueText().contains("\"dur\":2802600000000")
                    ? known.with("\"dur\":2802600000000", "\"dur\":null")
                    : known;
            Decoded decoded = known.decode(flattening);
            if (event.offset() == 9) {
                RowChange toast = changeOf(decoded);
                assertThat(Objects.requireNonNull(toast.row())
                                .get(toast.schema().indexOf("note")))
                        .isSameAs(Row.UNCHANGED);
            }
            assertThat(decoded).as("offset " + event.offset()).isInstanceOf(Decoded.Change.class);
            rows++;
        }
        assertThat(rows).isEqualTo(16);
    }

    private static List<Column> flattenedFund() {
        List<Column> columns = new ArrayList<>();
        for (Column column : Tables.fund().columns()) {
            columns.add(column.name().equals("fund_name") ? new Column("name", column.type()) : column);
        }
        for (String more : List.of("remark", "currency", "source_system")) {
            columns.add(new Column(more, new ColumnType.Text(0)));
        }
        return columns;
    }

    @Test
    void flattenedWithASchema() {
        String schema = "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"field\":\"id\"},"
                + "{\"type\":\"string\",\"optional\":true,\"field\":\"t\"},{\"type\":\"string\",\"optional\":true,\"field\":\"__deleted\"},"
                + "{\"type\":\"string\",\"field\":\"__op\"},{\"type\":\"int64\",\"field\":\"__lsn\"},"
                + "{\"type\":\"int64\",\"field\":\"__ts_ms\"},{\"type\":\"string\",\"field\":\"__source_schema\"}]},\"payload\":";
        String key =
                "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"field\":\"id\"}]},\"payload\":{\"id\":7}}";
        RecordedEvent event = RecordedEvent.of("unwrap.fund_unit", 0).withKey(key);
        for (String op : new String[] {"c", "u"}) {
            RowChange change =
                    changeOf(event.withValue((schema + "{\"id\":7,\"t\":\"x\",\"__deleted\":\"false\",\"__op\":\"" + op
                                            + "\",\"__lsn\":5,\"__ts_ms\":6,\"__source_schema\":\"audit\"}}")
                                    .getBytes(StandardCharsets.UTF_8))
                            .decode(flattening));
            assertThat(change.table()).hasToString("audit.fund_unit");
            assertThat(valuesOf(change)).containsExactly(7, "x");
            assertThat(change.op().code()).isEqualTo(op);
        }
    }

    @Test
    void whatTheyMustSayIsAskedFor() {
        RecordedEvent event = RecordedEvent.of("unwrap.fund_unit", 3);
        assertThat(blocked(event.with(",\"__source_lsn\":25116608", "")))
                .contains("add.fields=op,source.lsn,source.ts_us");
        assertThat(blocked(event.with(",\"__op\":\"c\"", ""))).contains("add.fields=op");
        assertThat(blocked(event.with("\"__deleted\":\"false\",", "")))
                .contains("delete.tombstone.handling.mode=rewrite");
        assertThat(event.with("25116608", "\"a\"").decode(flattening)).isInstanceOf(Decoded.Malformed.class);
        assertThat(event.with("\"__op\"", "\"__op").decode(flattening)).isInstanceOf(Decoded.Malformed.class);
    }

    private String blocked(RecordedEvent event) {
        Decoded decoded = event.decode(flattening);
        assertThat(decoded).isInstanceOf(Decoded.Blocked.class);
        return ((Decoded.Blocked) decoded).reason();
    }

    @Test
    void whatChangesNoRowWasNotFlattened() {
        assertThat(RecordedEvent.of("unwrap.message", 0).decode(flattening))
                .isEqualTo(new Decoded.NoRow(Decoded.Kind.MESSAGE));
        assertThat(RecordedEvent.of("unwrap.fund_unit", 3).withValue(null).decode(flattening))
                .isEqualTo(new Decoded.NoRow(Decoded.Kind.TOMBSTONE));
    }
}
