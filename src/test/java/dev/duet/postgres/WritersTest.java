package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Ledger;
import dev.duet.delivery.Position;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several writers, lost connections, missing privileges: the writes that do not simply succeed. */
class WritersTest {
    private static final PostgresConfig MIRROR = TestDatabase.Config.of(PostgresConfig.Mode.MIRROR);
    private TestDatabase database;

    @BeforeEach
    void start() {
        database = new TestDatabase("writers");
    }

    @AfterEach
    void stop() {
        database.close();
    }

    private PostgresSink sink(PostgresConfig config) {
        return new PostgresSink(database.pool(), "p", config);
    }

    private PostgresSink opened(Source source) {
        PostgresSink sink = sink(MIRROR);
        await(sink.open(Set.of(source.partition(0), source.partition(1))));
        return sink;
    }

    @Test
    void severalInstancesCreateTheTablesAtOnce() {
        TableSchema schema = Source.named("fund");
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Source source = new Source("t" + i);
            PostgresSink sink = sink(TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
            ChangeBatch batch = source.create(schema, 10, i, "a", null).batch();
            all.add(sink.open(Set.of(source.partition(0)))
                    .thenCompose(none -> sink.write(batch))
                    .toCompletableFuture());
        }
        all.forEach(CompletableFuture::join);
        assertThat(database.rows("select count(*) from app.fund")).containsExactly("4");
        assertThat(database.rows("select target_table from duet.mirror order by 1"))
                .containsExactly("fund", "fund_trail");
    }

    @Test
    void aPartitionThatWasNeverOpenedIsADefect() {
        Source source = new Source("t").create(Source.named("fund"), 1, 1, "a", null);
        PostgresSink sink = sink(MIRROR);
        assertThatThrownBy(() -> await(sink.write(source.batch())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("t-0");
    }

    @Test
    void aPositionBegunByAnotherIsNotBegunAgain() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        PostgresSink first = opened(source);
        PostgresSink second = opened(source);
        ChangeBatch batch = source.batch();
        await(first.write(batch));
        assertThatThrownBy(() -> await(second.write(batch))).isInstanceOf(PositionMovedException.class);
        await(second.open(Set.of(source.partition(0))));
        assertThat(await(second.write(batch))).isEqualTo(Map.of(source.partition(0), new Ledger(0, 1, 0, 0)));
    }

    @Test
    void skipsThatNeededNoWriteAreSavedWithTheNextOne() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null).create(schema, 11, 2, "a", null);
        PostgresSink sink = opened(source);
        ChangeBatch batch = source.batch();
        await(sink.write(batch));
        await(sink.write(batch));
        await(sink.write(batch));
        assertThat(database.rows("select applied, skipped from duet.position")).containsExactly("2|0");
        await(sink.open(Set.of(source.partition(0))));
        await(sink.write(source.create(schema, 12, 3, "a", null).batch()));
        assertThat(database.rows("select applied, skipped from duet.position")).containsExactly("3|4");
        assertThat(await(sink.open(Set.of(source.partition(0)))))
                .isEqualTo(Map.of(source.partition(0), new Position(3, new Ledger(3, 4, 0, 0))));
    }

    @Test
    void deliveredPositionsOnlyMoveForward() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t")
                .create(schema, 10, 1, "a", null)
                .create(schema, 11, 2, "a", null)
                .change(1, schema, Op.CREATE, 12, 3, "a", null);
        Set<TopicPartition> both = Set.of(source.partition(0), source.partition(1));
        PostgresSink sink = opened(source);
        assertThat(await(sink.read(both))).isEmpty();
        await(sink.advance(Map.of(source.partition(0), 1L)));
        assertThat(await(sink.read(both))).isEmpty();
        await(sink.write(source.batch()));
        assertThat(await(sink.read(both))).isEqualTo(Map.of(source.partition(0), 1L, source.partition(1), 0L));
        await(sink.advance(Map.of(source.partition(0), 2L, source.partition(1), 1L)));
        await(sink.advance(Map.of(source.partition(0), 1L)));
        assertThat(await(sink.read(both))).isEqualTo(Map.of(source.partition(0), 2L, source.partition(1), 1L));
    }

    @Test
    void aLateRowDoesNotSlipPastATruncateOfAnotherWriter() {
        TableSchema schema = Source.named("fund");
        for (int round = 0; round < 20; round++) {
            Source rows = new Source("rows" + round);
            Source truncates = new Source("truncates" + round);
            PostgresSink inserting = opened(rows);
            PostgresSink truncating = opened(truncates);
            long floor = 1000L * (round + 1);
            List<CompletableFuture<?>> all = new ArrayList<>();
            CompletableFuture<?> chain = CompletableFuture.completedFuture(null);
            for (int i = 0; i < 8; i++) {
                ChangeBatch batch =
                        rows.create(schema, floor - 10 + i, i, "late", null).batch();
                chain = chain.thenCompose(done -> inserting.write(batch).toCompletableFuture());
            }
            all.add(chain);
            all.add(truncating
                    .write(truncates
                            .truncate(schema, floor)
                            .create(schema, floor + 1, 99, "kept", null)
                            .batch())
                    .toCompletableFuture());
            all.forEach(CompletableFuture::join);
            assertThat(database.rows("select id from app.fund where \"__lsn\" < " + floor))
                    .isEmpty();
            assertThat(database.rows("select id from app.fund")).containsExactly("99");
            inserting.close(Set.of(rows.partition(0)));
        }
    }

    @Test
    void twoWritersWithTheirPartitionsInAnyOrderDoNotDeadlock() throws SQLException {
        List<TableSchema> tables = Stream.of("b", "a", "c").map(Source::named).toList();
        Source one = new Source("one");
        Source two = new Source("two");
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Source source : List.of(one, two)) {
            PostgresSink sink = opened(source);
            CompletableFuture<?> chain = CompletableFuture.completedFuture(null);
            for (int i = 0; i < 40; i++) {
                for (int row = 0; row < 20; row++) {
                    long lsn = i * 20L + row;
                    int id = (int) lsn + (source == one ? 0 : 1_000_000);
                    source.change(row % 2, tables.get((row + i) % 3), Op.CREATE, lsn, id, "x", null);
                }
                if (i % 10 == 5) {
                    source.change(0, tables.get(i % 3), Op.TRUNCATE, 1);
                }
                ChangeBatch batch = source.batch();
                chain = chain.thenCompose(done -> sink.write(batch).toCompletableFuture())
                        .thenCompose(done -> sink.advance(Map.of(source.partition(1), 1L, source.partition(0), 1L)));
            }
            all.add(chain);
        }
        all.forEach(CompletableFuture::join);
        try (Connection superuser = database.superuser();
                var result = superuser
                        .createStatement()
                        .executeQuery("select deadlocks from pg_stat_database where datname = current_database()")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getLong(1)).isZero();
        }
    }

    @Test
    void ofTwoWritersInARaceOneWins() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 1, 0, "a", null);
        PostgresSink first = opened(source);
        await(first.write(source.batch()));
        PostgresSink second = opened(source);
        for (int i = 1; i <= 10; i++) {
            ChangeBatch batch = source.create(schema, 1 + i, i, "a", null).batch();
            List<CompletableFuture<?>> race = List.of(
                    first.write(batch).toCompletableFuture(),
                    second.write(batch).toCompletableFuture());
            long losers = race.stream().filter(WritersTest::moved).count();
            assertThat(losers).isOne();
            await(first.open(Set.of(source.partition(0))));
            await(second.open(Set.of(source.partition(0))));
        }
        assertThat(database.rows("select applied, skipped from duet.position")).containsExactly("11|0");
    }

    private static boolean moved(CompletableFuture<?> write) {
        try {
            write.join();
            return false;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(PositionMovedException.class);
            return true;
        }
    }

    @Test
    void aConnectionKilledInTheMiddleOfAWrite() throws Exception {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        PostgresSink sink = opened(source);
        await(sink.write(source.batch()));
        try (Connection superuser = database.superuser()) {
            superuser.setAutoCommit(false);
            superuser.createStatement().execute("lock table app.fund in access exclusive mode");
            ChangeBatch batch = source.create(schema, 11, 2, "b", null).batch();
            CompletableFuture<?> write = sink.write(batch).toCompletableFuture();
            awaitWaiting(superuser);
            superuser
                    .createStatement()
                    .execute("select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where datname = current_database() and application_name = 'duet'");
            assertThatThrownBy(() -> await(write)).isInstanceOf(RetriableException.class);
            superuser.rollback();
            assertThat(database.rows("select id from app.fund")).containsExactly("1");
            await(sink.open(Set.of(source.partition(0))));
            assertThat(await(sink.write(batch))).isEqualTo(Map.of(source.partition(0), new Ledger(1, 0, 0, 0)));
            assertThat(database.rows("select id from app.fund order by id")).containsExactly("1", "2");
        }
    }

    @Test
    void aConnectionLostAtCommitLeavesTheOutcomeToOpen() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        FaultyNetwork network = database.network(0);
        PostgresSink sink =
                new PostgresSink(database.pool(network, 256), "p", TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
        Set<TopicPartition> partitions = Set.of(source.partition(0));
        await(sink.open(partitions));
        await(sink.write(source.batch()));
        for (FaultyNetwork.Cut cut : List.of(FaultyNetwork.Cut.BEFORE_COMMIT, FaultyNetwork.Cut.AFTER_COMMIT)) {
            boolean landed = cut == FaultyNetwork.Cut.AFTER_COMMIT;
            int id = cut.ordinal() + 1;
            ChangeBatch batch = source.create(schema, 10 + id, id, "b", null).batch();
            network.cut(cut);
            assertThatThrownBy(() -> await(sink.write(batch)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("not known");
            Position stored = await(sink.open(partitions)).get(source.partition(0));
            assertThat(stored).isNotNull().extracting(Position::nextOffset).isEqualTo(landed ? id + 0L : id - 1L);
            assertThat(await(sink.write(batch)))
                    .isEqualTo(Map.of(source.partition(0), landed ? new Ledger(0, 1, 0, 0) : new Ledger(1, 0, 0, 0)));
        }
        assertThat(database.rows("select id from app.fund_trail order by 1")).containsExactly("1", "2", "3");
    }

    @Test
    void aNetworkThatSwallowsPacketsHoldsNoWriteForEver() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        FaultyNetwork network = database.network(0);
        Duration second = Duration.ofSeconds(1);
        PostgresSink sink = new PostgresSink(
                database.pool(network, 256),
                "p",
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR).timeouts(second, second, Duration.ofMillis(1_500)));
        await(sink.open(Set.of(source.partition(0))));
        await(sink.write(source.batch()));
        for (int i = 0; i < 10_000; i++) { // more than the buffers of a socket take
            source.create(schema, 11, 2 + i, "b".repeat(500), null);
        }
        ChangeBatch batch = source.batch();
        network.swallow(true);
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("no answer in time");
        network.swallow(false);
        await(sink.open(Set.of(source.partition(0))));
        assertThat(await(sink.write(batch))).isEqualTo(Map.of(source.partition(0), new Ledger(10_000, 0, 0, 0)));
    }

    private static void awaitWaiting(Connection superuser) throws Exception {
        for (int i = 0; i < 500; i++) {
            try (var result = superuser
                    .createStatement()
                    .executeQuery("select 1 from pg_stat_activity where datname = current_database()"
                            + " and application_name = 'duet' and wait_event_type = 'Lock'")) {
                if (result.next()) {
                    return;
                }
            }
            superuser.createStatement().execute("select pg_stat_clear_snapshot()");
            Thread.sleep(10);
        }
        throw new AssertionError("no statement of the sink waits for the lock");
    }

    @Test
    void aHungStatementIsGivenUpByTheServerAndAHungServerByTheClient() throws Exception {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        await(opened(source).write(source.batch()));
        ChangeBatch batch = source.create(schema, 11, 2, "b", null).batch();
        Duration short_ = Duration.ofMillis(300);
        Duration long_ = Duration.ofSeconds(30);
        PostgresConfig lock =
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR).timeouts(long_, short_, long_.plus(long_));
        PostgresConfig statement =
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR).timeouts(short_, long_, long_.plus(long_));
        try (Connection superuser = database.superuser()) {
            superuser.setAutoCommit(false);
            superuser.createStatement().execute("lock table app.fund in access exclusive mode");
            assertThatThrownBy(() -> await(openedWith(lock, source).write(batch)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("55P03");
            assertThatThrownBy(() -> await(openedWith(statement, source).write(batch)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("57014");
            superuser.rollback();
        }
        assertThat(await(openedWith(lock, source).write(batch)))
                .isEqualTo(Map.of(source.partition(0), new Ledger(1, 0, 0, 0)));
    }

    private PostgresSink openedWith(PostgresConfig config, Source source) {
        PostgresSink sink = sink(config);
        await(sink.open(Set.of(source.partition(0))));
        return sink;
    }

    @Test
    void aServerThatGivesNoAnswerIsGivenUpByTheClient() throws Exception {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        PostgresSink sink = openedWith(
                TestDatabase.Config.of(PostgresConfig.Mode.MIRROR)
                        .timeouts(Duration.ofMillis(1_400), Duration.ofMillis(1_400), Duration.ofMillis(1_500)),
                source);
        await(sink.write(source.batch()));
        // Each statement stays below the server's limit, the whole write does not.
        database.execute("create function slow() returns trigger language plpgsql as"
                + " 'begin perform pg_sleep(1); return new; end'");
        for (String table : List.of("app.fund", "duet.position")) {
            database.execute("create trigger slow before insert or update on " + table
                    + " for each statement execute function slow()");
        }
        ChangeBatch batch = source.create(schema, 11, 2, "b", null).batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("no answer in time");
        database.execute("drop trigger slow on app.fund; drop trigger slow on duet.position");
        await(sink.open(Set.of(source.partition(0))));
        await(sink.write(batch));
        assertThat(database.rows("select id from app.fund order by id")).containsExactly("1", "2");
        assertThat(database.rows("select count(*) from pg_stat_activity where datname = current_database()"
                        + " and application_name = 'duet' and state like 'idle in transaction%'"))
                .containsExactly("0");
    }

    @Test
    void aMissingPrivilegeHealsWithTheGrant() throws Exception {
        try (Connection superuser = database.superuser()) {
            var statement = superuser.createStatement();
            String role = "r_" + Long.toString(System.nanoTime(), 36);
            statement.execute("create role " + role + " login password 'secret'");
            PostgresSink sink = new PostgresSink(database.pool(role, "secret", 256), "p", MIRROR);
            TableSchema schema = Source.named("fund");
            Source source = new Source("t").create(schema, 10, 1, "a", null);
            Set<TopicPartition> partitions = Set.of(source.partition(0));
            assertThatThrownBy(() -> await(sink.open(partitions)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("42501")
                    .hasMessageContaining("CREATE on the database");
            await(sink(MIRROR).open(partitions)); // another role has made the control tables
            statement.execute("grant usage on schema duet to " + role);
            statement.execute("grant select, insert, update on all tables in schema duet to " + role);
            await(sink.open(partitions));
            ChangeBatch batch = source.batch();
            assertThatThrownBy(() -> await(sink.write(batch)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("GRANT");
            statement.execute("create schema app; grant create, usage on schema app to " + role);
            await(sink.write(batch));
            statement.execute("revoke all on app.fund from " + role);
            ChangeBatch next = source.create(schema, 11, 2, "b", null).batch();
            assertThatThrownBy(() -> await(sink.write(next))).isInstanceOf(RetriableException.class);
            statement.execute("grant all on app.fund to " + role);
            await(sink.open(partitions));
            await(sink.write(next));
            statement.execute("drop schema app, duet cascade");
            statement.execute("drop role " + role);
        }
    }

    @Test
    void aLostRowOfDuetMirrorLosesNoRow() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null);
        PostgresSink sink = opened(source);
        await(sink.write(source.batch()));
        database.execute("delete from duet.mirror");
        ChangeBatch batch = source.create(schema, 11, 2, "b", null).batch();
        assertThatThrownBy(() -> await(sink.write(batch))).isInstanceOf(RetriableException.class);
        await(sink.open(Set.of(source.partition(0))));
        await(sink.write(batch));
        assertThat(database.rows("select id from app.fund order by id")).containsExactly("1", "2");
    }

    @Test
    void aStoreThatWasSetBackIsNoticed() {
        TableSchema schema = Source.named("fund");
        Source source = new Source("t").create(schema, 10, 1, "a", null).create(schema, 11, 2, "a", null);
        PostgresSink sink = opened(source);
        await(sink.write(source.batch()));
        database.execute("update duet.position set applied_next = 1");
        await(sink.open(Set.of(source.partition(0))));
        ChangeBatch batch = source.create(schema, 12, 3, "a", null).batch();
        assertThatThrownBy(() -> await(sink.write(batch)))
                .isInstanceOf(PositionMovedException.class)
                .hasMessageContaining("missing");
    }
}
