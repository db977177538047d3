package dev.duet.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import dev.duet.order.ClockTolerance;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no server: names, SQL text, the choice of the last change, types, and the meaning of errors. */
class PureSqlTest {
    private static final TableId FUND = new TableId("app", "fund");

    @Test
    void theDocumentedDefaultsHold() {
        PostgresConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PostgresConfig.class)
                .build()
                .getConfigMapping(PostgresConfig.class);
        assertThat(config.mode()).isEqualTo(PostgresConfig.Mode.MIRROR);
        assertThat(config.table()).isEqualTo("{schema}.{table}");
        assertThat(config.statementTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.lockTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.writeTimeout()).isEqualTo(Duration.ofSeconds(120));
        assertThat(config.clockTolerance()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theTemplateFillsNamesAndNeverReadsThem() {
        assertThat(new TableTemplate("{schema}.{table}").target(FUND)).isEqualTo(new TargetName("app", "fund"));
        assertThat(new TableTemplate("mirror.{schema}_{table}").target(FUND))
                .isEqualTo(new TargetName("mirror", "app_fund"));
        assertThat(new TableTemplate("{schema}.{table}").target(new TableId("{table}", "a.b$1")))
                .isEqualTo(new TargetName("{table}", "a.b$1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", ".x", "x.", "a.b.c", "{schema}{table}", "{schem}.{table}", "a.{b", "a.b}"})
    void aTemplateOfAnotherFormIsRefused(String template) {
        assertThatThrownBy(() -> new TableTemplate(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("duet.postgres.table")
                .hasMessageContaining("schema.name");
    }

    @Test
    void identifiersAreQuoted() {
        assertThat(new TargetName("Odd \"name\"", "x; drop table y --").quoted())
                .isEqualTo("\"Odd \"\"name\"\"\".\"x; drop table y --\"");
        assertThatThrownBy(() -> TargetName.quote("a\0b")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new TargetName("s", "ä".repeat(31)).fits()).isTrue();
        assertThat(new TargetName("s", "ä".repeat(32)).fits()).isFalse();
    }

    @Test
    void theStatementsOfOneTable() {
        TableSchema schema = Source.named("fund");
        TargetName name = new TargetName("app", "fund");
        BitSet unchanged = new BitSet();
        unchanged.set(2);
        assertThat(TableSql.upsert(name, schema, unchanged, List.of()))
                .isEqualTo(
                        "insert into \"app\".\"fund\" as t (\"id\", \"name\", \"__lsn\", \"__source_ts_ms\")"
                                + " select u.c0, u.c1, u.l, u.m from duet.mirror f,"
                                + " unnest($5::int4[], $6::text[], $7::int8[], $8::int8[]) as u(c0, c1, l, m)"
                                + " where f.target_schema = $1 and f.target_table = $2"
                                + " and (u.l >= f.floor_lsn or ($4 and u.m > f.floor_ts_ms))"
                                + " on conflict (\"id\") do update set \"name\" = excluded.\"name\", \"__lsn\" = excluded.\"__lsn\","
                                + " \"__source_ts_ms\" = excluded.\"__source_ts_ms\" where t.\"__lsn\" <= greatest(excluded.\"__lsn\", $3)");
        assertThat(TableSql.delete(name, schema))
                .isEqualTo("delete from \"app\".\"fund\" t using unnest($2::int4[], $3::int8[]) as u(c0, l)"
                        + " where t.\"id\" = u.c0 and t.\"__lsn\" <= greatest(u.l, $1)");
    }

    @Test
    void theLastChangeOfAKeyIsTheOneWithTheGreatestLsnOfEqualOnesTheLater() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t")
                .create(schema, 10, 1, "a", null)
                .update(schema, 10, 1, "b", null)
                .update(schema, 9, 1, "late", null)
                .delete(schema, 20, 2)
                .update(schema, 15, 2, "late", null);
        Collection<RowChange> last = KeyReduction.lastOfEachKey(
                source.batch().partitions().getFirst().changes(), new Orders(), new Disorder(new ClockTolerance(1000)));
        assertThat(last).extracting(RowChange::offset).containsExactly(1L, 3L);
    }

    @Test
    void unchangedColumnsAreTakenFromTheChangesBefore() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t")
                .change(0, schema, Op.UPDATE, 30, 1, "c", Row.UNCHANGED)
                .change(1, schema, Op.UPDATE, 10, 1, "a", "old note")
                .change(1, schema, Op.UPDATE, 20, 1, "b", "new note")
                .change(1, schema, Op.DELETE, 40, 2)
                .change(1, schema, Op.CREATE, 41, 2, "x", Row.UNCHANGED);
        Collection<RowChange> last = KeyReduction.lastOfEachKey(
                source.batch().partitions().stream()
                        .flatMap(link -> link.changes().stream())
                        .toList(),
                new Orders(),
                new Disorder(new ClockTolerance(1000)));
        assertThat(last)
                .extracting(change -> Objects.requireNonNull(change.row()).get(2))
                .containsExactly("new note", Row.UNCHANGED);
    }

    @Test
    void everyTypeIsReadBackFromItsOwnName() {
        List.of(
                        new ColumnType.Bool(),
                        new ColumnType.Int16(),
                        new ColumnType.Int32(),
                        new ColumnType.Int64(),
                        new ColumnType.Float32(),
                        new ColumnType.Float64(),
                        new ColumnType.Decimal(18, 6),
                        new ColumnType.Decimal(5, -2),
                        new ColumnType.Numeric(),
                        new ColumnType.Text(0),
                        new ColumnType.Text(12),
                        new ColumnType.Char(3),
                        new ColumnType.Json(true),
                        new ColumnType.Json(false),
                        new ColumnType.Uuid(),
                        new ColumnType.Bytes(),
                        new ColumnType.Date(),
                        new ColumnType.Time(6),
                        new ColumnType.Time(0),
                        new ColumnType.Timestamp(6),
                        new ColumnType.TimestampTz(3),
                        new ColumnType.Native("inet"),
                        new ColumnType.Native("int4range"),
                        new ColumnType.Native("interval", 3),
                        new ColumnType.Array(new ColumnType.Decimal(8, 3)),
                        new ColumnType.Array(new ColumnType.TimestampTz(3)))
                .forEach(type -> {
                    assertThat(CatalogTypes.parse(ColumnBinding.sqlType(type))).contains(type);
                    assertThat(CatalogTypes.holds(type, type)).as("%s", type).isTrue();
                });
        assertThat(CatalogTypes.parse("timestamp without time zone")).contains(new ColumnType.Timestamp(6));
        assertThat(CatalogTypes.parse("integer[]")).contains(new ColumnType.Array(new ColumnType.Int32()));
        assertThat(CatalogTypes.parse("time with time zone")).contains(new ColumnType.Native("timetz", 6));
        assertThat(CatalogTypes.parse("bit varying(9)[]"))
                .contains(new ColumnType.Array(new ColumnType.Native("varbit", 9)));
        assertThat(CatalogTypes.parse("app.rating")).isEqualTo(Optional.empty());
    }

    @Test
    void narrowerTypesDoNotHoldWiderOnes() {
        assertThat(CatalogTypes.holds(new ColumnType.Int64(), new ColumnType.Int32()))
                .isTrue();
        assertThat(CatalogTypes.holds(new ColumnType.Int32(), new ColumnType.Int64()))
                .isFalse();
        assertThat(CatalogTypes.holds(new ColumnType.Text(10), new ColumnType.Text(0)))
                .isFalse();
        assertThat(CatalogTypes.holds(new ColumnType.Text(10), new ColumnType.Text(11)))
                .isFalse();
        assertThat(CatalogTypes.holds(new ColumnType.Decimal(10, 2), new ColumnType.Decimal(10, 3)))
                .isFalse();
        assertThat(CatalogTypes.holds(new ColumnType.Decimal(11, 3), new ColumnType.Decimal(10, 2)))
                .isTrue();
        assertThat(CatalogTypes.holds(new ColumnType.Timestamp(3), new ColumnType.Timestamp(6)))
                .isFalse();
        assertThat(CatalogTypes.holds(new ColumnType.Timestamp(6), new ColumnType.TimestampTz(6)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006", "40001", "40P01", "53300", "57P01", "57P03", "55P03", "57014", "25006", "58030", "25P03",
                "42501"
            })
    void theseMayHeal(String state) {
        assertThat(SqlErrors.of(new PgException("message", "ERROR", state, "detail"), "writing", FUND))
                .isInstanceOf(RetriableException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22001", "23505", "42P01", "54000", "P0001"})
    void theseStopTheTable(String state) {
        PgException error = new PgException("value \"secret\" is too long", "ERROR", state, "Key (id)=(secret)");
        assertThat(SqlErrors.of(error, "writing", null)).isInstanceOf(IllegalStateException.class);
        Throwable stopped = SqlErrors.of(error, "writing", FUND);
        assertThat(stopped)
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining(state)
                .hasNoCause();
        if (!state.startsWith("23") && !state.startsWith("42") && !state.startsWith("54")) {
            assertThat(stopped).hasMessageNotContaining("secret");
        }
        assertThat(stopped).hasMessageNotContaining("Key (id)");
    }

    @Test
    void aLostConnectionMayHealAndABadParameterIsADefect() {
        assertThat(SqlErrors.of(new VertxException("Connection was closed"), "writing", FUND))
                .isInstanceOf(RetriableException.class);
        assertThat(SqlErrors.of(
                        new VertxException("Parameter at position[0] with class = [X] and value = [secret]"),
                        "writing",
                        FUND))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void chunksAreBoundedByRowsAndBytes() {
        TableSchema schema = Source.schema("t", 1, new Column("id", new ColumnType.Int32()));
        Source source = new Source("t");
        for (int i = 0; i < TableWriter.MAX_ROWS * 2 + 1; i++) {
            source.create(schema, i, i);
        }
        List<RowChange> changes = source.batch().partitions().getFirst().changes();
        assertThat(TableWriter.chunks(changes)).extracting(List::size).containsExactly(20_000, 20_000, 1);
        assertThat(TableWriter.chunks(List.of())).isEmpty();
        RowChange big = changes.getFirst();
        RowChange huge =
                new RowChange(big.schema(), big.op(), big.row(), big.source(), big.partition(), big.offset(), 20 << 20);
        assertThat(TableWriter.chunks(List.of(huge, huge, huge)))
                .extracting(List::size)
                .containsExactly(1, 1, 1);
    }
}
