package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.postgres.PostgresConfig.Mode;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What becomes of the targets when the source's table changes. */
class SchemaChangesTest {
    private static final Column ID = new Column("id", new ColumnType.Int32());
    private static final Column NAME = new Column("name", new ColumnType.Text(10));
    private static TestDatabase database;
    private String table = "";
    private Source source;
    private TableSchema plain;
    private PostgresSink sink;

    @BeforeAll
    static void start() {
        database = new TestDatabase("schemachanges");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open(TestInfo test) {
        table = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
        source = new Source(table);
        plain = with();
        sink = sink(Mode.MIRROR, SchemaPolicy.DEFAULT);
    }

    private TableSchema with(Column... more) {
        List<Column> columns = new ArrayList<>(List.of(ID, NAME));
        columns.addAll(List.of(more));
        return Source.schema(table, 1, columns.toArray(Column[]::new));
    }

    private PostgresSink sink(Mode mode, SchemaPolicy policy) {
        PostgresSink opened = new PostgresSink(database.pool(), "p", TestDatabase.Config.of(mode), of -> policy, false);
        await(opened.open(Set.of(source.partition(0), source.partition(1))));
        return opened;
    }

    private void write() {
        await(sink.write(source.batch()));
    }

    private List<String> rows(String columns) {
        return database.rows("select " + columns + " from app." + table + " order by id");
    }

    private String definition(String column) {
        return database.rows("select data_type || coalesce('(' || character_maximum_length || ')', '') || coalesce('('"
                        + " || numeric_precision || ',' || numeric_scale || ')', '') from information_schema.columns where"
                        + " table_schema = 'app' and table_name = '" + table + "' and column_name = '" + column + "'")
                .getFirst();
    }

    @Test
    void anAddedColumnGetsTheSourcesDefaultForTheRowsOfBefore() {
        String text = "it's \\ \"x\" \u00e9\n$1";
        TableSchema wider = with(
                new Column("cur", new ColumnType.Text(0), text),
                new Column("day", new ColumnType.Date(), 18295),
                new Column("price", new ColumnType.Decimal(10, 2), new BigDecimal("1.50")),
                new Column("at", new ColumnType.TimestampTz(6), Long.MAX_VALUE),
                new Column("raw", new ColumnType.Bytes(), new byte[] {0, 39, 92, -1}),
                new Column("far", new ColumnType.Float64(), Double.NEGATIVE_INFINITY),
                new Column("note", new ColumnType.Text(0)),
                new Column("made", new ColumnType.Uuid(), Column.UNKNOWN_DEFAULT));
        source.create(plain, 10, 1, "a");
        write();
        source.create(wider, 20, 2, "b", "EUR", 0, new BigDecimal("2.00"), 0L, new byte[] {1}, 1.5, "n", null)
                // Of another partition, from before the column; the source has its default there too.
                .change(1, plain, Op.CREATE, 15, 3, "c");
        write();
        source.update(plain, 16, 1, "a2").delete(plain, 17, 3);
        write();
        assertThat(rows("id, name, cur = " + quoted(text) + ", day, price, at, raw = '\\x00275cff', far, note, made"))
                .containsExactly(
                        "1|a2|t|2020-02-03|1.50|infinity|t|-Infinity|~|~",
                        "2|b|f|1970-01-01|2.00|1970-01-01 00:00:00+00|f|1.5|n|~".replace("00:00:00+00", epoch()));
    }

    private static String quoted(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String epoch() {
        return database.rows("select substr(timestamptz 'epoch'::text, 12)").getFirst();
    }

    @Test
    void theTrailKeepsWhatWasWritten() {
        sink = sink(Mode.BOTH, SchemaPolicy.DEFAULT);
        source.create(plain, 10, 1, "a");
        write();
        source.create(with(new Column("cur", new ColumnType.Text(0), "USD")), 20, 2, "b", "EUR");
        write();
        assertThat(rows("id, cur")).containsExactly("1|USD", "2|EUR");
        assertThat(database.rows("select id, cur from app." + table + "_trail order by id"))
                .containsExactly("1|~", "2|EUR");
    }

    @Test
    void aDroppedColumnIsNullFromThenOnAndOldChangesLeaveItAlone() {
        TableSchema full = with(new Column("cur", new ColumnType.Text(0), "USD"));
        source.create(plain, 10, 1, "a").create(plain, 11, 2, "b").create(plain, 12, 3, "c");
        write();
        database.execute("alter table app." + table + " add column own int default 7");
        source.update(full, 20, 1, "a", "EUR").create(full, 21, 4, "d", "GBP").update(full, 22, 3, "c", "CHF");
        write();
        // The schema is the first one again, known to the sink since the beginning.
        source.update(plain, 30, 1, "a3")
                .create(plain, 31, 5, "e")
                .change(1, plain, Op.UPDATE, 15, 2, "b2")
                .change(1, plain, Op.CREATE, 16, 6, "f");
        write();
        assertThat(rows("id, name, cur, own"))
                .containsExactly("1|a3|~|7", "2|b2|USD|7", "3|c|CHF|7", "4|d|GBP|7", "5|e|~|7", "6|f|USD|7");
        // Another instance, or this one after a restart, knows it too.
        PostgresSink other = sink(Mode.MIRROR, SchemaPolicy.DEFAULT);
        await(other.write(source.update(plain, 40, 3, "c4").batch()));
        assertThat(rows("id, cur")).contains("3|~", "4|GBP");
    }

    @Test
    void aColumnIsWidenedAndStaysSoWhenTheSourceNarrowsIt() {
        source.create(plain, 10, 1, "a");
        write();
        TableSchema wide = Source.schema(
                table, 1, new Column("id", new ColumnType.Int64()), new Column("name", new ColumnType.Text(0)));
        source.create(wide, 20, 1L << 40, "a long name that varchar(10) can't hold")
                .change(1, plain, Op.CREATE, 15, 2, "b");
        write();
        assertThat(definition("id")).startsWith("bigint");
        assertThat(definition("name")).isEqualTo("text");
        source.delete(wide, 30, 1L << 40).create(plain, 40, 3, "c");
        write();
        assertThat(definition("id")).startsWith("bigint");
        assertThat(rows("id, name")).containsExactly("1|a", "2|b", "3|c");
    }

    @Test
    void policiesStopTheTableAtTheChangeAndLetItGoOn() {
        SchemaPolicy strict = new SchemaPolicy(false, false, false, false);
        sink = sink(Mode.MIRROR, strict);
        Column cur = new Column("cur", new ColumnType.Int64());
        source.create(with(cur), 10, 1, "a", 5L);
        write();
        refuses(
                source.create(with(cur, new Column("more", new ColumnType.Bool())), 20, 2, "b", 5L, true),
                "add-column");
        TableSchema longer = Source.schema(table, 1, ID, new Column("name", new ColumnType.Text(20)), cur);
        refuses(source.create(longer, 21, 2, "b", 5L), "widen-column");
        refuses(source.create(with(new Column("cur", new ColumnType.Int32())), 22, 2, "b", 5), "narrow-column");
        refuses(source.create(plain, 23, 2, "b"), "drop-column");
        assertThat(rows("id, cur")).containsExactly("1|5");
        await(sink(Mode.MIRROR, SchemaPolicy.DEFAULT)
                .write(source.create(plain, 24, 2, "b").batch()));
        assertThat(rows("id, cur")).containsExactly("1|5", "2|~");
    }

    /** The batch is thrown away: the partition's offsets go on from where it began. */
    private void refuses(Source next, String setting) {
        ChangeBatch batch = next.batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(TableStoppedException.class)
                .hasMessageContaining("duet.schema-changes." + setting);
        source.takeBack(0, batch.rows());
    }

    @Test
    void whatLiesBeforeAnUnfitChangeIsWrittenAndTheStatementHelps() {
        sink = sink(Mode.MIRROR, SchemaPolicy.DEFAULT);
        source.create(plain, 10, 1, "a");
        write();
        TableSchema other = Source.schema(table, 1, ID, new Column("name", new ColumnType.Int32()));
        source.update(plain, 20, 1, "5").create(plain, 21, 2, "6").create(other, 30, 3, 7);
        source.change(1, plain, Op.CREATE, 22, 4, "8");
        ChangeBatch batch = source.batch();
        String message = refused(batch);
        assertThat(message).contains("ALTER COLUMN \"name\" TYPE integer USING");
        assertThat(rows("id, name")).containsExactly("1|5", "2|6", "4|8");
        database.execute(message.substring(message.indexOf("ALTER TABLE")));
        await(sink.write(batch));
        assertThat(rows("id, name")).containsExactly("1|5", "2|6", "3|7", "4|8");
    }

    @Test
    void anotherPrimaryKeyStopsTheTableAndTheStatementHelps() {
        source.create(plain, 10, 1, "a");
        write();
        TableSchema both = Source.schema(table, 2, ID, NAME);
        source.update(plain, 20, 1, "b").create(both, 30, 1, "c").update(both, 31, 1, "c");
        ChangeBatch batch = source.batch();
        String message = refused(batch);
        assertThat(rows("id, name")).containsExactly("1|b");
        database.execute(message.substring(message.indexOf("ALTER TABLE")));
        await(sink.write(batch));
        assertThat(rows("id, name")).containsExactly("1|b", "1|c");
    }

    private String refused(ChangeBatch batch) {
        try {
            await(sink.write(batch));
        } catch (TableStoppedException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("the table did not stop");
    }

    @Test
    void aColumnThatMustNotBeNullStopsTheTable() {
        database.execute(
                "create schema if not exists app; create table app." + table + " (id int primary key, name text,"
                        + " cur text not null default 'x', own int not null, __lsn bigint not null, __source_ts_ms bigint)");
        source.create(with(new Column("cur", new ColumnType.Text(0))), 10, 1, "a", "EUR");
        ChangeBatch batch = source.batch();
        String message = refused(batch);
        database.execute(message.substring(message.indexOf("ALTER TABLE")));
        await(sink.write(batch));
        ChangeBatch dropped = source.create(plain, 20, 2, "b").batch();
        message = refused(dropped);
        assertThat(message).contains("dropped the column \"cur\"");
        database.execute(message.substring(message.indexOf("ALTER TABLE")));
        await(sink.write(dropped));
        assertThat(rows("id, cur, own")).containsExactly("1|EUR|~", "2|~|~");
    }

    @Test
    void aTableOfAnotherOwnerStopsWithTheStatement() throws Exception {
        source.create(plain, 10, 1, "a");
        write();
        try (Connection superuser = database.superuser();
                var statement = superuser.createStatement()) {
            statement.execute("alter table app." + table + " owner to postgres");
            statement.execute("grant all on app." + table + " to duet");
            ChangeBatch batch = source.create(with(new Column("cur", new ColumnType.Text(0), "USD")), 20, 2, "b", "EUR")
                    .batch();
            String message = refused(batch);
            assertThat(message)
                    .contains("does not own the table", "the source's DEFAULT")
                    .doesNotContain("USD");
            statement.execute(message.substring(message.indexOf("ALTER TABLE")));
            await(sink.write(batch));
        }
        assertThat(rows("id, cur")).containsExactly("1|~", "2|EUR");
    }

    @Test
    void anAlterationThatTakesTooLongStopsTheTableWithTheStatement() throws Exception {
        source.create(plain, 10, 1, "a");
        write();
        try (Connection superuser = database.superuser();
                var statement = superuser.createStatement()) {
            statement.execute("create function slow() returns event_trigger language plpgsql as"
                    + " 'begin if current_user = ''duet'' then perform pg_sleep(3); end if; end'");
            statement.execute("create event trigger slow on ddl_command_start when tag in ('ALTER TABLE')"
                    + " execute function slow()");
            PostgresConfig config = TestDatabase.Config.of(Mode.MIRROR)
                    .timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(10));
            sink = new PostgresSink(database.pool(), "p", config, of -> SchemaPolicy.DEFAULT, false);
            await(sink.open(Set.of(source.partition(0))));
            TableSchema wide = Source.schema(table, 1, new Column("id", new ColumnType.Int64()), NAME);
            ChangeBatch batch = source.create(wide, 20, 2L, "b").batch();
            String message;
            try {
                message = refused(batch);
            } finally {
                statement.execute("drop event trigger slow");
            }
            assertThat(message).contains("duet.postgres.statement-timeout");
            database.execute(message.substring(message.indexOf("ALTER TABLE")));
            await(sink.write(batch));
        }
        assertThat(rows("id, name")).containsExactly("1|a", "2|b");
    }

    @Test
    void instancesThatMeetTheChangeAtOnceAlterTheTableOnce() {
        source.create(plain, 10, 1, "a");
        write();
        TableSchema wider = Source.schema(
                table,
                1,
                new Column("id", new ColumnType.Int64()),
                NAME,
                new Column("cur", new ColumnType.Text(0), "USD"));
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Source one = new Source(table + i);
            PostgresSink instance = sink(Mode.MIRROR, SchemaPolicy.DEFAULT);
            ChangeBatch batch = (i % 2 == 0
                            ? one.create(wider, 20 + i, 10L + i, "b", "EUR")
                            : one.create(plain, 12, 10 + i, "b"))
                    .batch();
            all.add(instance.open(Set.of(one.partition(0)))
                    .thenCompose(none -> instance.write(batch))
                    .toCompletableFuture());
        }
        all.forEach(CompletableFuture::join);
        assertThat(rows("id, cur")).containsExactly("1|USD", "10|EUR", "11|USD", "12|EUR", "13|USD");
    }

    @Test
    void anUnchangedColumnIsTakenFromAChangeOfTheSchemaBefore() {
        Column note = new Column("note", new ColumnType.Text(10));
        Column longNote = new Column("note", new ColumnType.Text(0), "");
        source.create(with(note), 10, 1, "a", "old");
        write();
        source.update(with(note), 20, 1, "b", "new").update(with(longNote), 30, 1, "c", Row.UNCHANGED);
        write();
        assertThat(rows("id, name, note")).containsExactly("1|c|new");
        source.update(with(longNote), 40, 1, "d", "newer")
                .update(plain, 50, 1, "e")
                .change(1, with(longNote), Op.UPDATE, 45, 2, "x", "y");
        write();
        assertThat(rows("id, name, note")).containsExactly("1|e|~", "2|x|y");
    }
}
