package dev.duet.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.PositionDesk;
import dev.duet.inspect.Rows;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is told of mirrors and positions to those who look. */
class MirrorTablesTest {
    private static final TableId TABLE = new TableId("public", "Odd \"name");
    private static TestDatabase database;

    @BeforeAll
    static void start() {
        database = new TestDatabase("looking");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void beforeTheFirstStartThereIsNothingAndAfterwardsTheRows() {
        MirrorTables mirrors = new MirrorTables("p", database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
        PositionDesk desk = new PositionMoves("p", database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
        assertThat(mirrors.tables()).isEmpty();
        assertThat(desk.positions()).isEmpty();
        assertThat(desk.topics()).isEmpty();
        assertThatThrownBy(() -> mirrors.schema(TABLE)).isInstanceOf(NotFoundException.class);
        new ControlTables(new Transactions(database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.BOTH)))
                .ensure()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        database.execute(
                "create table public.\"Odd \"\"name\" (id bigint primary key, price numeric(10,2), at timestamptz,"
                        + " tags text[], note json, __lsn bigint not null default 0, __source_ts_ms bigint)");
        database.execute("insert into public.\"Odd \"\"name\" values"
                + " (1, 1.5, '2026-01-31 12:00:00+02', '{\"a,b\",null}', '{\"x\": 1}'), (2, null, null, null, null)");
        database.execute("create table public.t_trail (id bigint, __offset bigint)");
        database.execute(
                "insert into duet.mirror (target_schema, target_table, pipeline, source_schema, source_table, floor_lsn)"
                        + " values ('public', 'Odd \"name', 'p', 'public', 'Odd \"name', 0), ('public', 't_trail', 'p', 'public', 't', 0),"
                        + " ('public', 'gone', 'p', 'public', 'gone', 0), ('public', 'other', 'q', 'public', 'other', 0)");
        assertThat(mirrors.tables()).containsExactly(TABLE);
        assertThat(sample(mirrors))
                .containsExactlyInAnyOrder(
                        "[1, 1.50, 2026-01-31 10:00:00+00, [\"a,b\",null], {\"x\": 1}, 0, null]",
                        "[2, null, null, null, null, 0, null]");
        assertThat(mirrors.isFedBySource(TABLE)).isFalse();
        TableSchema schema = mirrors.schema(TABLE);
        assertThat(schema.key()).containsExactly(0);
        assertThat(mirrors.same(
                        schema,
                        List.of(
                                Row.of(1L, new BigDecimal("1.50"), 1_769_853_600_000_000L, null, "{\"x\": 1}"),
                                Row.of(2L, null, null, null, null),
                                Row.of(3L, null, null, null, null))))
                .as("the first differs in an array, the third is not there")
                .hasToString("{1}");
        database.execute("update public.\"Odd \"\"name\" set __lsn = 7 where id = 1");
        assertThat(mirrors.isFedBySource(TABLE)).isTrue();
    }

    private static List<String> sample(MirrorTables mirrors) {
        List<String> rows = new ArrayList<>();
        mirrors.sample(TABLE, 10, new Rows() {
            @Override
            public void columns(List<LogColumn> columns) {
                assertThat(columns.get(1)).isEqualTo(new LogColumn("price", "numeric(10,2)", true, false));
                assertThat(columns.get(5)).isEqualTo(new LogColumn("__lsn", "bigint", false, true));
            }

            @Override
            public boolean row(List<@Nullable String> values) {
                rows.add(values.toString());
                return true;
            }
        });
        return rows;
    }
}
