package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What stands in the mirror and in the trail after changes in any order. */
class MirrorTest {
    private static TestDatabase database;
    private PostgresSink sink;
    private Source source;
    private TableSchema fund;

    @BeforeAll
    static void start() {
        database = new TestDatabase("mirror");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        source = new Source(name);
        fund = Source.named(name.toLowerCase(java.util.Locale.ROOT));
        sink = sink(PostgresConfig.Mode.BOTH);
        await(sink.open(Set.of(source.partition(0), source.partition(1))));
    }

    private static PostgresSink sink(PostgresConfig.Mode mode) {
        return new PostgresSink(database.pool(), "p", TestDatabase.Config.of(mode));
    }

    private void write() {
        await(sink.write(source.batch()));
    }

    private List<String> funds() {
        return database.rows("select id, name, note, \"__lsn\" from " + target(fund) + " order by id");
    }

    private static String target(TableSchema schema) {
        return new TargetName(schema.table().schema(), schema.table().table()).quoted();
    }

    @Test
    void aNewerOrEqualLsnWinsAnOlderOneDoesNot() {
        source.create(fund, 10, 1, "snapshot", null);
        write();
        source.update(fund, 10, 1, "same lsn", null);
        write();
        assertThat(funds()).containsExactly("1|same lsn|~|10");
        source.update(fund, 9, 1, "late", null);
        write();
        assertThat(funds()).containsExactly("1|same lsn|~|10");
        source.update(fund, 12, 1, "newer", "n").delete(fund, 11, 1);
        write();
        assertThat(funds()).containsExactly("1|newer|n|12");
    }

    @Test
    void aDeleteRemovesWhatIsNotNewer() {
        source.create(fund, 10, 1, "a", null).create(fund, 20, 2, "b", null);
        write();
        source.delete(fund, 11, 1).delete(fund, 11, 2);
        write();
        assertThat(funds()).containsExactly("2|b|~|20");
        source.delete(fund, 30, 2).update(fund, 29, 2, "late", null);
        write();
        assertThat(funds()).isEmpty();
        source.create(fund, 40, 2, "again", null);
        write();
        assertThat(funds()).containsExactly("2|again|~|40");
    }

    @Test
    void aTruncateRemovesOlderRowsAndKeepsLateOnesOut() {
        source.create(fund, 10, 1, "a", null).create(fund, 11, 2, "b", null);
        write();
        source.change(1, fund, Op.TRUNCATE, 20).change(1, fund, Op.CREATE, 21, 3, "c", null);
        write();
        assertThat(funds()).containsExactly("3|c|~|21");
        source.change(0, fund, Op.UPDATE, 19, 1, "late", null).change(0, fund, Op.CREATE, 20, 4, "equal", null);
        write();
        assertThat(funds()).containsExactly("3|c|~|21", "4|equal|~|20");
        assertThat(database.rows("select floor_lsn from duet.mirror where target_table = '"
                        + fund.table().table() + "'"))
                .containsExactly("20");
    }

    @Test
    void aTruncateInTheMiddleOfABatch() {
        source.create(fund, 10, 1, "a", null).truncate(fund, 20).create(fund, 21, 1, "b", null);
        source.create(fund, 22, 2, "c", null).truncate(fund, 30).create(fund, 31, 5, "d", null);
        write();
        assertThat(funds()).containsExactly("5|d|~|31");
        assertThat(database.rows("select \"__op\", \"__lsn\", id from "
                        + new TargetName("app", fund.table().table()).trail().quoted() + " order by \"__offset\""))
                .containsExactly("c|10|1", "t|20|~", "c|21|1", "c|22|2", "t|30|~", "c|31|5");
    }

    @Test
    void theSinkKnowsWhatUpdatesLeftOut() {
        sink = new PostgresSink(
                database.pool(),
                "p",
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR),
                of -> SchemaPolicy.DEFAULT,
                true);
        await(sink.open(Set.of(source.partition(0), source.partition(1))));
        source.create(fund, 10, 1, "a", "long note")
                .create(fund, 11, 2, "b", null)
                .create(fund, 12, 3, "c", "third");
        write();
        source.update(fund, 20, 1, "a2", Row.UNCHANGED)
                .update(fund, 21, 1, Row.UNCHANGED, Row.UNCHANGED)
                .update(fund, 22, 1, "a3", "new note")
                .update(fund, 23, 1, "a4", Row.UNCHANGED)
                .update(fund, 24, 2, "b2", Row.UNCHANGED)
                .delete(fund, 25, 3)
                .create(fund, 26, 4, "d", "fourth")
                .update(fund, 27, 4, "d2", Row.UNCHANGED);
        assertThat(completed(source.batch()))
                .containsExactly(
                        "1|a2|long note",
                        "1|a2|long note",
                        "1|a3|new note",
                        "1|a4|new note",
                        "2|b2|null",
                        "3|null|null",
                        "4|d|fourth",
                        "4|d2|fourth");
        // Rows that the mirror holds in a newer state, or has lost to a truncate, tell nothing.
        source.change(1, fund, Op.UPDATE, 15, 1, "old", Row.UNCHANGED)
                .change(1, fund, Op.UPDATE, 30, 2, "b3", "x")
                .change(1, fund, Op.TRUNCATE, 40)
                .change(1, fund, Op.CREATE, 41, 1, "again", "n")
                .change(1, fund, Op.UPDATE, 42, 1, "again2", Row.UNCHANGED);
        assertThat(completed(source.batch()))
                .containsExactly("1|old|UNCHANGED", "2|b3|x", "-", "1|again|n", "1|again2|n");
        assertThat(funds()).containsExactly("1|again2|n|42");
    }

    private List<String> completed(ChangeBatch batch) {
        await(sink.write(batch));
        return batch.partitions().stream()
                .flatMap(link -> sink.completed(link).changes().stream())
                .map(RowChange::row)
                .map(row -> row == null ? "-" : row.get(0) + "|" + row.get(1) + "|" + row.get(2))
                .toList();
    }

    @Test
    void unchangedColumnsKeepTheirValue() {
        source.create(fund, 10, 1, "a", "long note").create(fund, 11, 2, "b", "other note");
        write();
        source.update(fund, 20, 1, "a2", Row.UNCHANGED)
                .update(fund, 21, 2, Row.UNCHANGED, Row.UNCHANGED)
                .create(fund, 22, 3, "c", "third")
                .update(fund, 23, 3, "c2", Row.UNCHANGED);
        write();
        assertThat(funds()).containsExactly("1|a2|long note|20", "2|b|other note|21", "3|c2|third|23");
    }

    @Test
    void anUnchangedColumnOfARowThatIsNotThereIsNotInvented() {
        source.create(fund, 10, 1, "a", "long note");
        write();
        source.delete(fund, 20, 1).create(fund, 20, 2, "a", Row.UNCHANGED);
        var batch = source.batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("1 rows of the mirror are missing")
                .hasMessageContaining("-0@1..2");
        assertThat(funds()).containsExactly("1|a|long note|10");
        database.execute("insert into " + target(fund) + " values (2, null, 'long note', 0, null)");
        await(sink.write(batch));
        assertThat(funds()).containsExactly("2|a|long note|20");
    }

    @Test
    void severalTablesInOneBatch() {
        TableSchema other = Source.named(fund.table().table() + "_other");
        TableSchema keyOnly = Source.schema(
                fund.table().table() + "_keys",
                2,
                new Column("a", new ColumnType.Int64()),
                new Column("b", new ColumnType.Text(10)));
        source.create(fund, 10, 1, "a", null)
                .create(other, 10, 1, "o", null)
                .create(keyOnly, 10, 5L, "x")
                .create(keyOnly, 10, 5L, "y")
                .change(1, other, Op.CREATE, 10, 2, "p", null);
        write();
        source.update(keyOnly, 11, 5L, "x").delete(keyOnly, 12, 5L, "y");
        write();
        assertThat(funds()).containsExactly("1|a|~|10");
        assertThat(database.rows("select id, name from " + target(other) + " order by id"))
                .containsExactly("1|o", "2|p");
        assertThat(database.rows("select a, b, \"__lsn\" from " + target(keyOnly)))
                .containsExactly("5|x|11");
    }

    @Test
    void aChangedKeyMovesTheRow() {
        source.create(fund, 10, 1, "a", null);
        write();
        source.change(0, fund, Op.DELETE, 20, 1).change(1, fund, Op.CREATE, 20, 2, "a", null);
        write();
        assertThat(funds()).containsExactly("2|a|~|20");
    }

    @Test
    void theTrailHoldsWhatTheMirrorNoLongerShows() {
        source.create(fund, 10, 1, "a", "n")
                .update(fund, 11, 1, "b", Row.UNCHANGED)
                .delete(fund, 12, 1);
        write();
        assertThat(database.rows("select id, name, note, \"__op\", \"__lsn\", \"__tx_id\", \"__source_ts_ms\","
                        + " \"__topic\", \"__partition\", \"__offset\" from "
                        + new TargetName("app", fund.table().table()).trail().quoted() + " order by \"__offset\""))
                .containsExactly(
                        "1|a|n|c|10|5|1700000000123|" + source.partition(0).topic() + "|0|0",
                        "1|b|~|u|11|5|1700000000123|" + source.partition(0).topic() + "|0|1",
                        "1|~|~|d|12|5|1700000000123|" + source.partition(0).topic() + "|0|2");
    }

    @Test
    void identifiersOfAnyShape() {
        sink = sink(PostgresConfig.Mode.MIRROR);
        await(sink.open(Set.of(source.partition(0))));
        String longest = "x".repeat(60) + "é" + "z";
        List<String> names = List.of("Fund Table", "a\"b\"; drop schema duet; --", "ünïcode'$$", longest, "select");
        for (String name : names) {
            TableSchema schema = new TableSchema(
                    new TableId("Odd \"schema\"; --", name),
                    List.of(new Column(name, new ColumnType.Int32()), new Column("$1", new ColumnType.Text(0))),
                    List.of(0));
            source.create(schema, 10, 1, "v").create(schema, 10, 2, "w").delete(schema, 11, 2);
            write();
            source.update(schema, 12, 1, "v2");
            write();
            assertThat(database.rows("select * from " + target(schema))).containsExactly("1|v2|12|1700000000123");
        }
    }

    @Test
    void tooLongANameAndATakenOneStopTheTable() {
        TableSchema longest = Source.named("x".repeat(60));
        source.create(longest, 10, 1, "v", null);
        assertThatThrownBy(this::write)
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("63 bytes");
        TableSchema taken = Source.schema(
                fund.table().table(),
                1,
                new Column("id", new ColumnType.Int32()),
                new Column("__lsn", new ColumnType.Int64()));
        Source again = new Source("taken");
        await(sink.open(Set.of(again.partition(0))));
        again.create(taken, 10, 1, 1L);
        assertThatThrownBy(() -> await(sink.write(again.batch())))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("\"__lsn\"");
    }

    @Test
    void twoSourcesForOneTargetStopTheSecond() {
        PostgresSink folded = new PostgresSink(
                database.pool(),
                "p",
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR).table("folded.{table}"));
        await(folded.open(Set.of(source.partition(0))));
        source.create(fund, 10, 1, "v", null);
        await(folded.write(source.batch()));
        TableSchema namesake =
                new TableSchema(new TableId("elsewhere", fund.table().table()), fund.columns(), fund.key());
        source.create(namesake, 10, 1, "v", null);
        assertThatThrownBy(() -> await(folded.write(source.batch())))
                .isInstanceOfSatisfying(
                        TableStoppedException.class, e -> assertThat(e.table()).isEqualTo(namesake.table()))
                .hasMessageContaining("already belongs to the source table app.");
    }

    @Test
    void twoSourceTablesRoutedToOneNameDontOverwriteEachOther() {
        source.create(fund, 10, 1, "v", null);
        write();
        TableSchema routed = new TableSchema(fund.table(), new TableId("app", "other"), fund.columns(), fund.key());
        source.create(routed, 11, 1, "w", null);
        var batch = source.batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOfSatisfying(
                        TableStoppedException.class, e -> assertThat(e.table()).isEqualTo(fund.table()))
                .hasMessageContaining("so app.other of pipeline")
                .hasMessageContaining("duet.transform");
        assertThat(funds()).containsExactly("1|v|~|10");
    }

    @Test
    void aTableWithoutAKeyNeedsTheTrail() {
        TableSchema keyless = Source.schema("keyless", 0, new Column("v", new ColumnType.Text(0)));
        source.create(keyless, 10, "v");
        var batch = source.batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("no primary key")
                .hasMessageContaining("duet.postgres.modes.\"");
        PostgresSink trail = new PostgresSink(
                database.pool(),
                "p",
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR)
                        .modes(Map.of(
                                "app.*", PostgresConfig.Mode.BOTH,
                                "app.keyless", PostgresConfig.Mode.TRAIL,
                                "app.k*", PostgresConfig.Mode.MIRROR)));
        await(trail.open(Set.of(source.partition(0))));
        await(trail.write(batch));
        assertThat(database.rows("select v, \"__op\" from app.keyless_trail")).containsExactly("v|c");
        assertThat(database.rows("select to_regclass('app.keyless')")).containsExactly("~");
    }

    @Test
    void anExistingTableThatDoesNotFitStopsWithTheStatementThatHelps() {
        database.execute(
                "create schema if not exists app; create table " + target(fund) + " (id int primary key, name text)");
        sink = sink(PostgresConfig.Mode.MIRROR);
        await(sink.open(Set.of(source.partition(0))));
        source.create(fund, 10, 1, "v", "n");
        var batch = source.batch();
        for (int i = 0; i < 3; i++) { // note, __lsn, __source_ts_ms
            try {
                await(sink.write(batch));
            } catch (TableStoppedException e) {
                String message = String.valueOf(e.getMessage());
                assertThat(message).contains("ALTER TABLE");
                database.execute(message.substring(message.indexOf("ALTER TABLE")));
            }
        }
        await(sink.write(batch));
        assertThat(funds()).containsExactly("1|v|n|10");
        assertThat(database.rows("select applied from duet.position where topic = '"
                        + source.partition(0).topic() + "'"))
                .containsExactly("1");
    }

    @Test
    void aWrongTypeOrKeyOrAColumnDroppedLaterStopsTheTable() {
        database.execute(
                "create schema if not exists app; create table " + target(fund)
                        + " (id int primary key, name text, note boolean, \"__lsn\" bigint not null, \"__source_ts_ms\" bigint)");
        sink = sink(PostgresConfig.Mode.MIRROR);
        await(sink.open(Set.of(source.partition(0))));
        source.create(fund, 10, 1, "v", "n");
        var batch = source.batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("ALTER COLUMN \"note\" TYPE text USING \"note\"::text");
        database.execute("alter table " + target(fund) + " alter column note type text");
        database.execute("alter table " + target(fund) + " drop constraint \""
                + fund.table().table() + "_pkey\", add primary key (id, name)");
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("the primary key of the target");
        database.execute("alter table " + target(fund) + " drop constraint \""
                + fund.table().table() + "_pkey\", add primary key (id)");
        await(sink.write(batch));
        database.execute("alter table " + target(fund) + " drop column note");
        source.create(fund, 20, 2, "v", "n");
        var next = source.batch();
        assertThatThrownBy(() -> await(sink.write(next)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("42703");
        await(sink.write(next));
        assertThat(funds()).containsExactly("1|v|~|10", "2|v|n|20");
    }

    @Test
    void aValueThatDoesNotFitStopsTheTableAndTellsNoValue() {
        database.execute("create schema if not exists app; create table " + target(fund)
                + " (id int primary key, name text check (name <> 'secret'), note text, \"__lsn\" bigint not null,"
                + " \"__source_ts_ms\" bigint)");
        sink = sink(PostgresConfig.Mode.MIRROR);
        await(sink.open(Set.of(source.partition(0))));
        source.create(fund, 10, 1, "secret", "n");
        assertThatThrownBy(this::write)
                .isInstanceOfSatisfying(
                        TableStoppedException.class, e -> assertThat(e.table()).isEqualTo(fund.table()))
                .hasMessageContaining("23514")
                .hasMessageContaining("-0@0..0")
                .hasMessageNotContaining("secret");
        assertThat(funds()).isEmpty();
        assertThat(await(sink.open(Set.of(source.partition(0))))).isEmpty();
    }

    @Test
    void aNewColumnInTheMiddleOfABatchIsAdded() {
        TableSchema wider = Source.schema(
                fund.table().table(),
                1,
                new Column("id", new ColumnType.Int32()),
                new Column("name", new ColumnType.Text(0)),
                new Column("note", new ColumnType.Text(0)),
                new Column("extra", new ColumnType.Decimal(10, 2)));
        sink = sink(PostgresConfig.Mode.MIRROR);
        await(sink.open(Set.of(source.partition(0))));
        source.create(fund, 10, 1, "a", "n").update(wider, 11, 1, "b", Row.UNCHANGED, new java.math.BigDecimal("1.50"));
        var batch = source.batch();
        await(sink.write(batch));
        assertThat(database.rows("select id, name, note, extra from " + target(fund)))
                .containsExactly("1|b|n|1.50");
    }

    @Test
    void theMirrorTellsTheSourcesColumns() {
        source.create(fund, 10, 1, "a", "n");
        write();
        TargetTables tables = new TargetTables(database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
        assertThat(await(tables.find(fund.table()))).contains(fund);
        assertThat(await(tables.find(new TableId("app", "nowhere")))).isEqualTo(Optional.empty());
        database.execute("alter table " + target(fund) + " add column odd pg_lsn");
        assertThatThrownBy(() -> await(tables.find(fund.table())))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("pg_lsn");
    }
}
