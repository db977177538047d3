package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records that carry no schema: what is known of their tables, when it is asked for, and what they have to agree with. */
class WithoutSchemasTest {
    private static final EnvelopeOptions PRECISE = EnvelopeOptions.DEFAULTS.withDecimalMode(DecimalMode.PRECISE);

    private final Tables tables = Tables.recorded();
    private long nanos = 5;
    private final DebeziumDecoder decoder =
            new DebeziumDecoder(PRECISE, tables, RecordShapes.PLAIN, WriterSchemas.NONE, () -> nanos);

    private final RecordedEvent create = RecordedEvent.of("pgsrc.fund_unit", 3);
    private final RecordedEvent delete = RecordedEvent.of("pgsrc.fund_unit", 4);

    @Test
    void orderOfTheFieldsDoesNotMatter() {
        String text = create.valueText();
        String after = text.substring(text.indexOf("\"after\""), text.indexOf(",\"source\""));
        RowChange expected = changeOf(create.decode(decoder));
        List<String> turned = List.of(
                text.replace(after + ",", "").replaceAll("}$", "," + after + "}"),
                text.replace("{\"before\":null", "{\"op\":\"c\",\"before\":null")
                        .replace(",\"op\":\"c\",\"ts", ",\"ts"),
                text.replace("{\"fund_id\":2,\"unit_code\":\"B\"", "{\"unit_code\":\"B\",\"fund_id\":2"),
                text.replace(",\"", " ,\n\t\"").replace("\":", "\" : "));

        assertThat(turned).allSatisfy(other -> {
            byte[] value = other.getBytes(StandardCharsets.UTF_8);
            RowChange again = changeOf(create.withValue(value).decode(decoder));
            assertThat(valuesOf(again)).isEqualTo(valuesOf(expected));
            assertThat(again.schema()).isSameAs(expected.schema());
            assertThat(valuesOf(changeOf(create.withValue(value).decode(new DebeziumDecoder(PRECISE, tables)))))
                    .isEqualTo(valuesOf(expected));
        });
    }

    @Test
    void columnsOutOfOrderAndTwice() {
        String abab = "{\"unit_code\":\"B\",\"fund_id\":2,\"unit_code\":\"B\",\"units\":\"JxE=\"}";
        String text = create.valueText();
        String after = text.substring(text.indexOf("\"after\":") + 8, text.indexOf(",\"source\""));

        assertThat(create.with(after, abab).decode(decoder)).isInstanceOf(Decoded.Malformed.class);
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);
        assertThat(create.with(after, abab).decode(decoder)).isInstanceOf(Decoded.Malformed.class);
    }

    @Test
    void askedOncePerTableAndAgainAfterAWhile() {
        TableSchema first = changeOf(create.decode(decoder)).schema();
        for (int i = 0; i < 100; i++) {
            assertThat(changeOf(create.decode(decoder)).schema()).isSameAs(first);
        }
        assertThat(tables.asked()).isEqualTo(1);

        nanos += Duration.ofMinutes(5).toNanos();
        assertThat(changeOf(create.decode(decoder)).schema())
                .as("nothing changed")
                .isSameAs(first);
        assertThat(tables.asked()).isEqualTo(2);

        tables.put(widened());
        assertThat(changeOf(create.decode(decoder)).schema()).isSameAs(first);
        nanos += Duration.ofMinutes(5).toNanos();
        assertThat(changeOf(create.decode(decoder)).schema().columns().get(1).type())
                .isEqualTo(new ColumnType.Text(32));
    }

    @Test
    void forget() {
        TableSchema first = changeOf(create.decode(decoder)).schema();
        tables.put(widened());

        decoder.forget(Tables.UNIT);

        assertThat(changeOf(create.decode(decoder)).schema()).isNotEqualTo(first);
    }

    private static TableSchema widened() {
        return new TableSchema(
                Tables.UNIT,
                Tables.unit().columns().stream()
                        .map(column -> column.name().equals("unit_code")
                                ? new Column("unit_code", new ColumnType.Text(32))
                                : column)
                        .toList(),
                List.of());
    }

    @Test
    void ignoranceDoesNotLast() {
        tables.drop(Tables.UNIT);
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Blocked.class);
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Blocked.class);
        assertThat(tables.asked()).isEqualTo(1);
        tables.put(Tables.unit());

        nanos += Duration.ofSeconds(1).toNanos();

        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);
    }

    @Test
    void anUnknownFieldAsksAgain() {
        RecordedEvent widened = create.with("\"units\":\"JxE=\"", "\"units\":\"JxE=\",\"venue\":\"X\"");
        RowChange before = changeOf(create.decode(decoder));
        assertThat(widened.decode(decoder)).isInstanceOf(Decoded.Blocked.class);
        List<Column> columns = new ArrayList<>(Tables.unit().columns());
        columns.add(new Column("venue", new ColumnType.Text(0)));
        tables.put(new TableSchema(Tables.UNIT, columns, List.of(0, 1)));

        nanos += Duration.ofSeconds(1).toNanos();

        RowChange after = changeOf(widened.decode(decoder));
        assertThat(after.schema().columns()).hasSize(5);
        assertThat(changeOf(create.decode(decoder)).schema()).isEqualTo(before.schema());
        assertThat(changeOf(delete.decode(decoder)).schema().columns()).hasSize(4);
    }

    @Test
    void aLostKeyColumnBlocks() {
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);

        assertThat(delete.withKey("{\"fund_id\":2}").decode(decoder))
                .isInstanceOfSatisfying(
                        Decoded.Blocked.class,
                        blocked -> assertThat(blocked.reason()).contains("'unit_code'"));
        assertThat(delete.withKey("{\"fund_id\":2,\"shard\":\"x\"}").decode(decoder))
                .isInstanceOf(Decoded.Blocked.class);
        assertThat(delete.decode(decoder)).isInstanceOf(Decoded.Change.class);
    }

    @Test
    void aKeyThatTheTargetGotTooGoesOn() {
        assertThat(create.decode(decoder)).isInstanceOf(Decoded.Change.class);
        RecordedEvent shorter = delete.withKey("{\"fund_id\":2}");
        assertThat(shorter.decode(decoder)).isInstanceOf(Decoded.Blocked.class);
        tables.put(new TableSchema(Tables.UNIT, Tables.unit().columns(), List.of(0)));

        nanos += Duration.ofSeconds(1).toNanos();

        assertThat(changeOf(shorter.decode(decoder)).schema().key()).containsExactly(0);
        assertThat(changeOf(delete.decode(decoder)).schema().key()).containsExactly(0, 1);
        assertThat(changeOf(shorter.decode(decoder)).schema().key()).containsExactly(0);
    }

    @Test
    void aKeyFieldThatIsNoColumnBlocks() {
        assertThat(create.withKey("{\"fund_id\":2,\"shard\":\"x\"}").decode(decoder))
                .isInstanceOfSatisfying(
                        Decoded.Blocked.class,
                        blocked -> assertThat(blocked.reason()).contains("'shard'"));
    }

    @Test
    void keysInOtherOrderOrWithWhiteSpace() {
        RowChange expected = changeOf(delete.decode(decoder));

        RowChange spaced = changeOf(
                delete.withKey(" { \"fund_id\" : 2 , \"unit_code\" : \"B\" } ").decode(decoder));

        assertThat(valuesOf(spaced)).isEqualTo(valuesOf(expected));
        assertThat(spaced.schema()).isSameAs(expected.schema());
    }

    @Test
    void deleteWithoutARecordKey() {
        DebeziumDecoder fresh = new DebeziumDecoder(PRECISE, tables);
        assertThat(valuesOf(changeOf(delete.withKey(null).decode(fresh))))
                .as("the key is known of the table")
                .containsExactly(2, "B", "null", "null");

        tables.put(new TableSchema(Tables.UNIT, Tables.unit().columns(), List.of()));
        assertThat(valuesOf(changeOf(delete.withKey(null).decode(new DebeziumDecoder(PRECISE, tables)))))
                .as("of a table without a key the whole row")
                .containsExactly(2, "B", new BigDecimal("0.0000"), "null");
        assertThat(changeOf(create.withKey(null).decode(new DebeziumDecoder(PRECISE, tables)))
                        .schema()
                        .key())
                .isEmpty();
    }

    @Test
    void tablesInterleavedInOneTopic() {
        RecordedEvent fund = RecordedEvent.of("pgsrc.fund_metadata", 2);
        for (int i = 0; i < 3; i++) {
            for (RecordedEvent event : List.of(create, fund, delete)) {
                Decoded decoded = decoder.decode(new TopicPartition("all", 0), i, event.key(), event.value());
                TableId table = event.equals(fund) ? Tables.FUND : Tables.UNIT;
                assertThat(changeOf(decoded).table()).isEqualTo(table);
                assertThat(changeOf(decoded).op()).isEqualTo(event.equals(delete) ? Op.DELETE : Op.CREATE);
            }
        }
    }

    @Test
    void whatTheTablesThrowPassesThrough() {
        DebeziumDecoder failing = new DebeziumDecoder(PRECISE, table -> {
            throw new IllegalStateException("no connection");
        });

        assertThatThrownBy(() -> create.decode(failing)).hasMessage("no connection");
    }
}
