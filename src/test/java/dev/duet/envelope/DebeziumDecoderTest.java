package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.envelope.EnvelopeOptions.BinaryMode;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import dev.duet.envelope.EnvelopeOptions.TimePrecision;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of real records, each kind of them. */
class DebeziumDecoderTest {
    private static final EnvelopeOptions PRECISE = EnvelopeOptions.DEFAULTS
            .withDecimalMode(DecimalMode.PRECISE)
            .withAmbiguousNulls(EnvelopeOptions.AmbiguousNulls.NULL);
    private static final EnvelopeOptions TEXTS =
            EnvelopeOptions.DEFAULTS.withTimePrecision(TimePrecision.ISOSTRING).withBinaryMode(BinaryMode.HEX);

    private final Tables tables = Tables.recorded();
    private final DebeziumDecoder decoder = new DebeziumDecoder(PRECISE, tables);

    static RowChange changeOf(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Change.class);
        return ((Decoded.Change) decoded).change();
    }

    static Row rowOf(RowChange change) {
        return Objects.requireNonNull(change.row());
    }

    static List<Object> valuesOf(RowChange change) {
        Row row = rowOf(change);
        return IntStream.range(0, row.size())
                .<Object>mapToObj(i -> Objects.requireNonNullElse(row.get(i), "null"))
                .toList();
    }

    @Test
    void snapshotRowWithoutSchemas() {
        RecordedEvent event = RecordedEvent.of("pgsrc.fund_metadata", 0)
                .with("[\"a\",\"b\"]", "null")
                .with("2802600000000", "null");

        RowChange change = changeOf(event.decode(decoder));

        assertThat(change.op()).isEqualTo(Op.READ);
        assertThat(change.schema()).isEqualTo(Tables.fund());
        assertThat(change.source()).isEqualTo(new SourcePosition(25108376, 770, 1795401441774870L));
        assertThat(change.partition()).isEqualTo(new TopicPartition("pgsrc.public.fund_metadata", 0));
        assertThat(change.offset()).isZero();
        assertThat(change.bytes()).isBetween(500, 1000);
        assertThat(valuesOf(change))
                .containsExactly(
                        1,
                        "Alpha Growth",
                        new BigDecimal("123.456789"),
                        new BigDecimal("98765432109876543210.123456789"),
                        (int) LocalDate.of(2020, 2, 29).toEpochDay(),
                        34215123456L,
                        1767323045678901L,
                        1767315845678901L,
                        true,
                        "{\"r\": [1, 2]}",
                        "null",
                        "11111111-2222-3333-4444-555555555555",
                        9007199254740993L,
                        0.1,
                        new byte[] {(byte) 0xde, (byte) 0xad, (byte) 0xbe, (byte) 0xef},
                        "hello",
                        "null");
    }

    @Test
    void sameRowInTextModes() {
        RecordedEvent event = RecordedEvent.of("txmeta.fund_metadata", 0).with("[\"a\",\"b\"]", "null");

        RowChange change = changeOf(event.decode(new DebeziumDecoder(TEXTS, tables)));

        RowChange binary = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 0)
                .with("[\"a\",\"b\"]", "null")
                .with("2802600000000", "\"P0Y1M2DT0H0M0S\"")
                .decode(decoder));
        assertThat(valuesOf(change)).usingRecursiveComparison().isEqualTo(valuesOf(binary));
    }

    @Test
    void createAndUpdate() {
        RowChange created = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 2).decode(decoder));
        RowChange updated = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 3).decode(decoder));

        assertThat(created.op()).isEqualTo(Op.CREATE);
        assertThat(rowOf(created).get(3)).as("NaN is null in precise mode").isNull();
        assertThat(rowOf(created).get(4)).as("infinity").isEqualTo(Integer.MAX_VALUE);
        assertThat(rowOf(created).get(12)).isEqualTo(-1L);
        assertThat(updated.op()).isEqualTo(Op.UPDATE);
        assertThat(rowOf(updated).get(1)).isEqualTo("Gamma 2");
        assertThat(updated.schema()).isSameAs(created.schema());
        assertThat(tables.asked()).isEqualTo(1);
    }

    @Test
    void deleteHasItsKeyAlone() {
        RowChange change = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 4).decode(decoder));

        assertThat(change.op()).isEqualTo(Op.DELETE);
        assertThat(rowOf(change).get(0)).isEqualTo(3);
        assertThat(valuesOf(change).subList(1, 17)).containsOnly("null");
    }

    @Test
    void deleteOfACompositeKey() {
        RowChange created = changeOf(RecordedEvent.of("pgsrc.fund_unit", 3).decode(decoder));
        RowChange deleted = changeOf(RecordedEvent.of("pgsrc.fund_unit", 4).decode(decoder));

        assertThat(valuesOf(created)).containsExactly(2, "B", new BigDecimal("1.0001"), 1772506983003000L);
        assertThat(valuesOf(deleted)).containsExactly(2, "B", "null", "null");
        assertThat(deleted.schema()).isSameAs(created.schema());
        assertThat(deleted.schema().key()).containsExactly(0, 1);
    }

    @Test
    void deleteWithoutARecordKeyTakesItFromBefore() {
        Decoded keyed = RecordedEvent.of("pgsrc.fund_unit", 3).decode(decoder);
        RowChange deleted =
                changeOf(RecordedEvent.of("pgsrc.fund_unit", 4).withKey(null).decode(decoder));

        assertThat(keyed).isInstanceOf(Decoded.Change.class);
        assertThat(valuesOf(deleted)).containsExactly(2, "B", "null", "null");
    }

    @Test
    void unchangedToast() {
        assertThat(rowOf(changeOf(RecordedEvent.of("pgsrc.fund_metadata", 8).decode(decoder)))
                        .get(15))
                .asString()
                .hasSize(9000);

        Row row = rowOf(changeOf(RecordedEvent.of("pgsrc.fund_metadata", 9).decode(decoder)));

        assertThat(row.isUnchanged(15)).isTrue();
        assertThat(row.get(1)).isEqualTo("Toasty 2");
    }

    @Test
    void unchangedToastOfBytesAndNumeric() {
        RecordedEvent event = RecordedEvent.of("pgsrc.fund_metadata", 3)
                .with("\"blob\":null", "\"blob\":\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")
                .with("\"aum\":null", "\"aum\":\"__debezium_unavailable_value\"");

        Row row = rowOf(changeOf(event.decode(decoder)));

        assertThat(row.isUnchanged(14)).isTrue();
        assertThat(row.isUnchanged(3)).isTrue();
    }

    @Test
    void fullReplicaIdentity() {
        assertThat(changeOf(RecordedEvent.of("pgsrc.fund_metadata", 10).decode(decoder))
                        .op())
                .isEqualTo(Op.UPDATE);
        assertThat(valuesOf(changeOf(RecordedEvent.of("pgsrc.fund_metadata", 11).decode(decoder)))
                        .subList(1, 17))
                .containsOnly("null");
    }

    @Test
    void columnAddedDroppedAndRenamed() {
        RowChange before = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 10).decode(decoder));

        Decoded added = RecordedEvent.of("pgsrc.fund_metadata", 12).decode(decoder);

        assertThat(added).isInstanceOfSatisfying(Decoded.Blocked.class, blocked -> {
            assertThat(blocked.table()).isEqualTo(Tables.FUND);
            assertThat(blocked.reason()).contains("'currency'").contains("public.fund_metadata");
        });
        tables.put(Tables.fund(
                new Column("currency", new ColumnType.Char(3)), new Column("remark", new ColumnType.Text(0))));
        decoder.forget(Tables.FUND);
        RowChange known = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 12).decode(decoder));
        assertThat(known.schema().columns()).hasSize(18).endsWith(new Column("currency", new ColumnType.Char(3)));

        RowChange renamed = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 14).decode(decoder));
        assertThat(renamed.schema().indexOf("note")).isNegative();
        assertThat(renamed.schema().indexOf("dur")).isNegative();
        assertThat(rowOf(renamed).get(renamed.schema().indexOf("remark"))).isEqualTo("renamed");

        RowChange back = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 10).decode(decoder));
        assertThat(back.schema()).isSameAs(before.schema()).isNotEqualTo(known.schema());
    }

    @Test
    void infiniteTimestamps() {
        tables.put(Tables.fund(
                new Column("currency", new ColumnType.Char(3)), new Column("remark", new ColumnType.Text(0))));

        RowChange change = changeOf(RecordedEvent.of("pgsrc.fund_metadata", 15).decode(decoder));

        assertThat(rowOf(change).get(6)).isEqualTo(Long.MAX_VALUE);
        assertThat(rowOf(change).get(7)).isEqualTo(Long.MIN_VALUE);
        assertThat(rowOf(change).get(4))
                .isEqualTo((int) LocalDate.of(-43, 3, 15).toEpochDay());
    }

    @Test
    void truncate() {
        RecordedEvent event = RecordedEvent.of("txmeta.fund_unit", 9);

        RowChange change = changeOf(event.decode(decoder));

        assertThat(change.op()).isEqualTo(Op.TRUNCATE);
        assertThat(change.row()).isNull();
        assertThat(change.schema()).isEqualTo(Tables.unit());
        assertThat(change.source().lsn()).isEqualTo(25154016);
        assertThat(event.decode(new DebeziumDecoder(PRECISE, Tables.none()))).isInstanceOf(Decoded.Blocked.class);
    }

    @Test
    void truncateTakesTheLatestSchemaOfItsTable() {
        RowChange row = changeOf(RecordedEvent.of("txmeta.fund_unit", 3).decode(new DebeziumDecoder(TEXTS, tables)));
        DebeziumDecoder texts =
                new DebeziumDecoder(TEXTS.withAmbiguousNulls(EnvelopeOptions.AmbiguousNulls.NULL), tables);
        RowChange latest = changeOf(RecordedEvent.of("txmeta.fund_unit", 3).decode(texts));

        RowChange change = changeOf(RecordedEvent.of("txmeta.fund_unit", 9).decode(texts));

        assertThat(change.schema()).isSameAs(latest.schema()).isEqualTo(row.schema());
    }

    @Test
    void recordsWithoutARow() {
        assertThat(RecordedEvent.of("txmeta.fund_unit", 5).decode(decoder))
                .isEqualTo(new Decoded.NoRow(Decoded.Kind.TOMBSTONE));
        assertThat(RecordedEvent.of("txmeta.heartbeat", 0).decode(decoder))
                .isEqualTo(new Decoded.NoRow(Decoded.Kind.HEARTBEAT));
        for (String message : List.of("pgsrc.message", "txmeta.message", "withschema.message")) {
            assertThat(RecordedEvent.of(message, 0).decode(decoder)).isEqualTo(new Decoded.NoRow(Decoded.Kind.MESSAGE));
        }
        for (RecordedEvent marker : RecordedEvent.all("txmeta.transaction")) {
            assertThat(marker.decode(decoder)).isEqualTo(new Decoded.NoRow(Decoded.Kind.TRANSACTION));
        }
    }

    @Test
    void aTableMayBeCalledTransaction() {
        RecordedEvent event = RecordedEvent.of("pgsrc.fund_unit", 3);

        Decoded decoded =
                decoder.decode(new TopicPartition("pgsrc.public.transaction", 0), 7, event.key(), event.value());

        assertThat(changeOf(decoded).op()).isEqualTo(Op.CREATE);
    }

    @Test
    void everyRecordedEventOfTheStreamIsRead() {
        tables.put(Tables.fund(
                new Column("currency", new ColumnType.Char(3)), new Column("remark", new ColumnType.Text(0))));
        DebeziumDecoder texts =
                new DebeziumDecoder(TEXTS.withAmbiguousNulls(EnvelopeOptions.AmbiguousNulls.NULL), tables);
        for (RecordedEvent event : RecordedEvent.all("txmeta.fund_metadata")) {
            Decoded decoded = event.decode(texts);
            if (event.offset() == 0) {
                assertThat(decoded).as("an array is no text").isInstanceOf(Decoded.Malformed.class);
            } else {
                assertThat(decoded).isNotInstanceOfAny(Decoded.Malformed.class, Decoded.Blocked.class);
            }
        }
    }

    @Test
    void rowsOfAnIncrementalSnapshotHaveTheirLsnInTheSequenceOnly() {
        tables.put(new TableSchema(
                new TableId("public", "ord"),
                List.of(new Column("id", new ColumnType.Int32()), new Column("v", new ColumnType.Text(0))),
                List.of(0)));

        List<SourcePosition> positions = RecordedEvent.all("snapshots").stream()
                .map(event -> changeOf(event.decode(decoder)).source())
                .toList();

        assertThat(positions)
                .extracting(SourcePosition::lsn)
                .containsExactly(28974752L, 28974568L, 29326384L, 29325432L, 29328088L, 29328336L);
        assertThat(positions.get(2)).isEqualTo(new SourcePosition(29326384, SourcePosition.NO_TX, 1795557140798495L));
        RecordedEvent incremental = RecordedEvent.of("snapshots", 2);
        for (String other : List.of("null", "\"\"", "\"[null,null]\"", "\"[null,\\\"x1\\\"]\"", "[]", "\"]\"")) {
            assertThat(incremental
                            .with("\"[\\\"29326384\\\",\\\"29326384\\\"]\"", other)
                            .decode(decoder))
                    .as(other)
                    .isEqualTo(new Decoded.Malformed("source.lsn: expected a 64-bit integer"));
        }
    }

    @Test
    void nobodyKnowsTheTable() {
        Decoded decoded = RecordedEvent.of("pgsrc.fund_unit", 3).decode(new DebeziumDecoder(PRECISE, Tables.none()));

        assertThat(decoded).isInstanceOfSatisfying(Decoded.Blocked.class, blocked -> {
            assertThat(blocked.table()).isEqualTo(new TableId("public", "fund_unit"));
            assertThat(blocked.reason()).contains("public.fund_unit").contains("Create the target table");
        });
    }
}
