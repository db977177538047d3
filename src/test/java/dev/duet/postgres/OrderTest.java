package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.TableSchema;
import dev.duet.delivery.PartitionCounts;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.TableStoppedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Which change of a row wins where LSNs alone don't tell: beside snapshots, and when the source's LSNs begin anew. */
class OrderTest {
    private static final long HOUR = 3_600_000;

    private static TestDatabase database;
    private PostgresSink sink;
    private Source source;
    private TableSchema fund;

    @BeforeAll
    static void start() {
        database = new TestDatabase("orders");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        source = new Source(name);
        fund = Source.named(name.toLowerCase(Locale.ROOT));
        reopen();
    }

    private void reopen() {
        sink = new PostgresSink(database.pool(), "it's", TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
        await(sink.open(Set.of(source.partition(0), source.partition(1))));
    }

    private void write() {
        await(sink.write(source.batch()));
    }

    private Source read(long lsn, int id, String name) {
        return source.change(0, fund, Op.READ, lsn, id, name, null);
    }

    private String target() {
        return new TargetName("app", fund.table().table()).quoted();
    }

    private List<String> funds() {
        return database.rows("select id, name, \"__lsn\" from " + target() + " order by id");
    }

    private List<String> positions() {
        return database.rows("select partition, applied_next, epoch from duet.position where topic = '"
                + source.partition(0).topic() + "' order by 1");
    }

    @Test
    void whatWasWrittenBeforeASnapshotAndCommittedBehindItIsLater() {
        read(600, 1, "snapshot");
        read(600, 2, "snapshot");
        read(600, 3, "snapshot");
        write();
        source.update(fund, 500, 1, "in flight", null).delete(fund, 510, 2).update(fund, 520, 1, "twice", null);
        write();
        reopen(); // the horizon is stored
        source.update(fund, 530, 3, "in flight", null);
        write();
        assertThat(funds()).containsExactly("1|twice|520", "3|in flight|530");
    }

    @Test
    void inOneBatchTooAlsoWithUnchangedColumns() {
        source.change(0, fund, Op.READ, 600, 1, "snapshot", "long note");
        read(600, 2, "snapshot");
        source.update(fund, 500, 1, "in flight", Row.UNCHANGED).delete(fund, 510, 2);
        write();
        assertThat(database.rows("select id, name, note, \"__lsn\" from " + target()))
                .containsExactly("1|in flight|long note|500");
    }

    @Test
    void aDeadLetterThatIsSentAgainIsAsOldAsItsLsn() {
        read(600, 1, "snapshot");
        read(600, 2, "snapshot");
        source.update(fund, 700, 1, "newer", null);
        write();
        read(600, 1, "letter").sentAgain(0);
        source.update(fund, 500, 2, "letter", null).sentAgain(0);
        read(600, 3, "letter").sentAgain(0);
        write();
        source.update(fund, 650, 3, "next", null);
        write();
        assertThat(funds()).containsExactly("1|newer|700", "2|snapshot|600", "3|next|650");
    }

    @Test
    void otherPartitionsKeepTheirLsns() {
        source.change(1, fund, Op.UPDATE, 700, 1, "new partition", null);
        write();
        read(600, 1, "snapshot");
        source.update(fund, 500, 1, "in flight", null).update(fund, 650, 1, "older", null);
        write();
        assertThat(funds()).containsExactly("1|new partition|700");
    }

    @Test
    void aSnapshotRowIsLaterThanAllBeforeItThoughItsLsnIsLower() {
        source.create(fund, 700, 1, "right", null);
        write();
        database.execute("update " + target() + " set name = 'damaged'");
        read(690, 1, "right").later(HOUR);
        write();
        assertThat(funds()).containsExactly("1|right|690");
        source.update(fund, 695, 1, "in flight", null);
        write();
        assertThat(funds()).containsExactly("1|in flight|695");
    }

    @Test
    void replaysBehindASnapshotConverge() {
        read(600, 1, "snapshot");
        source.update(fund, 500, 1, "a", null).update(fund, 550, 1, "b", null);
        write();
        source.update(fund, 500, 1, "a", null);
        write();
        source.update(fund, 550, 1, "b", null).update(fund, 650, 1, "c", null);
        write();
        source.update(fund, 500, 1, "a", null).update(fund, 550, 1, "b", null);
        write();
        assertThat(funds()).containsExactly("1|c|650");
    }

    @Test
    void truncatesGoByTheirOwnLsn() {
        read(600, 1, "snapshot of what follows");
        source.update(fund, 500, 2, "before the truncate", null);
        source.change(1, fund, Op.TRUNCATE, 550).update(fund, 560, 1, "after it", null);
        write();
        assertThat(funds()).containsExactly("1|after it|560");
    }

    @Test
    void aSnapshotThatHasSeenATruncateIsNotKeptOutByIt() {
        source.change(1, fund, Op.TRUNCATE, 800);
        write();
        read(600, 1, "read before");
        source.later(HOUR);
        read(600, 2, "read after");
        write();
        assertThat(funds()).containsExactly("2|read after|600");
    }

    @Test
    void lowerLsnsCommittedLaterStopTheTableAtTheFirstAndGoOnInANewEpoch() {
        source.create(fund, 900, 1, "old", null).create(fund, 901, 2, "old", null);
        source.change(1, fund, Op.CREATE, 902, 3, "old", null);
        write();
        source.update(fund, 910, 1, "last of the old", null).later(HOUR);
        source.create(fund, 90, 4, "new key", null).update(fund, 100, 2, "new", null);
        source.update(fund, 110, 2, "newer", null).delete(fund, 120, 1);
        source.change(1, fund, Op.UPDATE, 95, 3, "new", null);
        ChangeBatch batch = source.batch();
        String message = stopped(batch);
        assertThat(funds())
                .containsExactly(
                        "1|last of the old|910", "2|old|901", "3|old|902", "4|new key|90"); // up to the boundary
        assertThat(positions()).containsExactly("0|4|0", "1|1|0");
        reopen();
        assertThat(stopped(batch)).isEqualTo(message);
        carryOut(message);
        reopen();
        await(sink.write(batch));
        long epoch = 1L << 56;
        assertThat(funds()).containsExactly("2|newer|" + (epoch + 110), "3|new|" + (epoch + 95), "4|new key|90");
        assertThat(positions()).containsExactly("0|7|1", "1|2|1");
        source.update(fund, 105, 2, "stale", null).update(fund, 130, 4, "on", null);
        write();
        assertThat(funds())
                .containsExactly("2|newer|" + (epoch + 110), "3|new|" + (epoch + 95), "4|on|" + (epoch + 130));
    }

    @Test
    void insideOneBatchAndForDeletesToo() {
        source.create(fund, 900, 1, "old", null).later(HOUR).update(fund, 100, 1, "new", null);
        ChangeBatch inside = source.batch();
        carryOut(stopped(inside));
        reopen();
        await(sink.write(inside));
        source.later(HOUR).delete(fund, 50, 1);
        ChangeBatch delete = source.batch();
        carryOut(stopped(delete));
        reopen();
        await(sink.write(delete));
        assertThat(funds()).isEmpty();
        assertThat(positions()).containsExactly("0|3|2");
    }

    @Test
    void truncatesOfASourceThatBeganAnew() {
        source.create(fund, 900, 1, "old", null).truncate(fund, 910).create(fund, 920, 2, "old", null);
        write();
        source.later(HOUR).change(1, fund, Op.CREATE, 90, 3, "below the old floor", null);
        ChangeBatch below = source.batch();
        carryOut(stopped(below));
        source.truncate(fund, 100);
        ChangeBatch truncate = source.batch();
        reopen();
        await(sink.write(below));
        carryOut(stopped(truncate));
        reopen();
        await(sink.write(truncate));
        assertThat(funds()).isEmpty();
        source.change(1, fund, Op.CREATE, 110, 3, "after", null);
        write();
        assertThat(funds()).containsExactly("3|after|" + ((1L << 56) + 110));
    }

    @Test
    void aPartitionThatIsNotStoredYetGetsItsEpochToo() {
        source.create(fund, 900, 1, "old topic", null);
        write();
        Source moved = new Source(source.partition(0).topic() + "_moved");
        moved.later(HOUR).change(0, fund, Op.READ, 50, 1, "snapshot of the new server", null);
        ChangeBatch batch = moved.batch();
        await(sink.open(Set.of(moved.partition(0))));
        carryOut(stopped(batch));
        await(sink.open(Set.of(moved.partition(0))));
        await(sink.write(batch));
        assertThat(funds()).containsExactly("1|snapshot of the new server|" + ((1L << 56) + 50));
    }

    @Test
    void replaysAndSmallStepsOfTheClockStopNothing() {
        source.truncate(fund, 5).create(fund, 10, 1, "a", null);
        source.later(-900).update(fund, 20, 1, "b", null);
        source.later(HOUR).delete(fund, 30, 2).create(fund, 40, 3, "c", null);
        write();
        source.later(-HOUR).later(900).truncate(fund, 5).create(fund, 10, 1, "a", null);
        source.create(fund, 4, 9, "before the truncate", null);
        write();
        source.later(-900).update(fund, 20, 1, "b", null).later(HOUR).delete(fund, 30, 2);
        write();
        assertThat(funds()).containsExactly("1|b|20", "3|c|40");
    }

    @Test
    void aWriterThatDoesNotKnowTheEpochHasToReadItAgain() {
        source.create(fund, 10, 1, "a", null);
        write();
        database.execute("update duet.position set epoch = 1 where topic = '"
                + source.partition(0).topic() + "'");
        source.update(fund, 5, 1, "b", null);
        ChangeBatch batch = source.batch();
        assertThatThrownBy(() -> await(sink.write(batch))).isInstanceOf(PositionMovedException.class);
        reopen();
        await(sink.write(batch));
        assertThat(funds()).containsExactly("1|b|" + ((1L << 56) + 5));
    }

    @Test
    void aDeletedRowDoesNotComeBackWhileATopicIsUnsettled() {
        PartitionCounts counts = new TopicTable(
                "it's", new Transactions(database.pool(), TestDatabase.Config.of(PostgresConfig.Mode.MIRROR)));
        String topic = source.partition(0).topic();
        await(((TopicTable) counts).remember(Map.of(topic, "id")));
        await(counts.seen(Map.of(topic, 2)));
        source.create(fund, 600, 1, "a", "note")
                .create(fund, 601, 2, "b", "note")
                .create(fund, 602, 3, "c", "note");
        write();
        assertThat(unsettled()).containsExactly("f");
        await(counts.seen(Map.of(topic, 4)));
        assertThat(unsettled()).containsExactly("t");
        source.change(1, fund, Op.DELETE, 700, 1)
                .change(1, fund, Op.DELETE, 701, 2)
                .change(1, fund, Op.DELETE, 702, 3);
        write();
        source.update(fund, 650, 1, "older", null)
                .update(fund, 651, 2, Row.UNCHANGED, Row.UNCHANGED)
                .delete(fund, 652, 3);
        write();
        assertThat(funds()).isEmpty();
        source.change(1, fund, Op.CREATE, 800, 2, "again", null).update(fund, 660, 1, "older", null);
        write();
        source.update(fund, 661, 2, "older", null);
        write();
        assertThat(funds()).containsExactly("2|again|800");
        source.change(1, fund, Op.READ, 690, 2, "a snapshot's", null);
        write();
        assertThat(funds()).containsExactly("2|a snapshot's|690");
        database.execute("update duet.mirror set unsettled_since = null where pipeline = 'it''s'");
        source.update(fund, 662, 1, "without the memory it is back", null);
        write();
        assertThat(funds()).hasSize(2);
    }

    private List<String> unsettled() {
        return database.rows("select unsettled_since is not null from duet.mirror where target_table = '"
                + fund.table().table() + "'");
    }

    @Test
    void tablesOfAnEarlierVersionGetTheirColumns() {
        try (TestDatabase old = new TestDatabase("earlier")) {
            old.execute("""
                    create schema duet;
                    create table duet.position (
                      pipeline text not null, topic text not null, partition int not null,
                      applied_next bigint not null, delivered_next bigint not null,
                      applied bigint not null, skipped bigint not null, filtered bigint not null, dead_lettered bigint not null,
                      updated_at timestamptz not null, primary key (pipeline, topic, partition)) with (fillfactor = 50);
                    create table duet.mirror (
                      target_schema text not null, target_table text not null, pipeline text not null,
                      source_schema text not null, source_table text not null, floor_lsn bigint not null,
                      primary key (target_schema, target_table)) with (fillfactor = 50);
                    create schema app;
                    create table app.fund (id int primary key, name text, note text, "__lsn" bigint not null, "__source_ts_ms" bigint);
                    insert into app.fund values (1, 'a', null, 10, 1700000000123);
                    insert into duet.mirror values ('app', 'fund', 'p', 'app', 'fund', 5);
                    insert into duet.position values ('p', 't', 0, 1, 1, 1, 0, 0, 0, now())""");
            PostgresSink resumed =
                    new PostgresSink(old.pool(), "p", TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
            Source topic = new Source("t");
            TableSchema table = Source.named("fund");
            await(resumed.open(Set.of(topic.partition(0))));
            topic.create(table, 10, 1, "a", null)
                    .create(table, 4, 2, "below", null)
                    .later(HOUR);
            topic.update(table, 20, 1, "b", null).create(table, 4, 3, "below, no time is known", null);
            await(resumed.write(topic.batch()));
            assertThat(old.rows("select id, name, \"__lsn\" from app.fund")).containsExactly("1|b|20");
            assertThat(old.rows("select applied_next, epoch, snapshot_lsn, max_lsn from duet.position"))
                    .containsExactly("4|0|0|20");
        }
    }

    private String stopped(ChangeBatch batch) {
        TableStoppedException stop = catchThrowableOfType(TableStoppedException.class, () -> await(sink.write(batch)));
        assertThat(stop).isNotNull();
        assertThat(stop.table()).isEqualTo(fund.table());
        return String.valueOf(stop.getMessage());
    }

    /** As an operator would: copies the statement to its end. */
    private static void carryOut(String message) {
        database.execute(message.substring(message.indexOf("insert into duet.position")));
    }
}
