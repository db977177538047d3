package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.TableSchema;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.TableStoppedException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store is not what this writer left: a fail-over lost the last transactions, an operator set something else. */
class SetBackTest {
    private final TableSchema fund = Source.named("fund");
    private final Source source = new Source("t");
    private TestDatabase database;
    private PostgresSink sink;

    @BeforeEach
    void start() {
        database = new TestDatabase("set_back");
        sink = new PostgresSink(database.pool(), "p", TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
        await(sink.open(Set.of(source.partition(0))));
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void deliveredNeverLeadsWhatIsStored() {
        ChangeBatch first = source.create(fund, 10, 1, "a", "n")
                .create(fund, 11, 2, "b", "n")
                .batch();
        ChangeBatch second = source.create(fund, 12, 3, "c", "n")
                .create(fund, 13, 4, "d", "n")
                .batch();
        await(sink.write(first));
        await(sink.write(second));
        await(sink.advance(Map.of(source.partition(0), 4L)));
        database.execute("update duet.position set applied_next = 2, delivered_next = 2");
        database.execute("delete from app.fund where id > 2");
        await(sink.advance(Map.of(source.partition(0), 4L))); // what was still on its way
        assertThat(delivered()).isEqualTo("2|2");
        ChangeBatch third = source.create(fund, 14, 5, "e", "n").batch();
        assertThatThrownBy(() -> await(sink.write(third))).isInstanceOf(PositionMovedException.class);
        await(sink.open(Set.of(source.partition(0))));
        assertThatThrownBy(() -> await(sink.write(third)))
                .isInstanceOf(PositionMovedException.class)
                .hasMessageContaining("rows between them are missing");
        await(sink.write(new ChangeBatch(second.partitions())));
        assertThat(delivered()).isEqualTo("4|2");
        await(sink.write(third));
        await(sink.advance(Map.of(source.partition(0), 5L)));
        assertThat(delivered()).isEqualTo("5|5");
        assertThat(database.rows("select count(*) from app.fund")).containsExactly("5");
    }

    @Test
    void controlTablesThatTheNewPrimaryNeverHadAreMadeAgain() {
        database.execute("drop table duet.position");
        assertThatThrownBy(() -> await(sink.open(Set.of(source.partition(0))))).isInstanceOf(RuntimeException.class);
        assertThat(await(sink.open(Set.of(source.partition(0))))).isEmpty();
    }

    @Test
    void anAcknowledgedTransactionIsDurableWhateverTheRoleSays() {
        database.execute("alter role current_user set synchronous_commit = off");
        try (TestDatabase other = new TestDatabase("durable")) {
            PostgresSink writer =
                    new PostgresSink(other.pool(), "p", TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
            await(writer.open(Set.of(source.partition(0))));
            other.execute("create table duet.seen (setting text)");
            other.execute("create function duet.see() returns trigger language plpgsql as $$ begin"
                    + " insert into duet.seen values (current_setting('synchronous_commit')); return new; end $$");
            other.execute(
                    "create trigger see before insert or update on duet.position for each row execute function duet.see()");
            await(writer.write(source.create(fund, 10, 1, "a", "n").batch()));
            await(writer.write(source.create(fund, 11, 2, "b", "n").batch()));
            assertThat(other.rows("select setting, current_setting('synchronous_commit') from duet.seen"))
                    .containsExactly("on|off", "on|off");
        } finally {
            database.execute("alter role current_user reset synchronous_commit");
        }
    }

    /** A deferred constraint refuses at COMMIT, when no statement is about a table. */
    @Test
    void aDeferredConstraintStopsItsTableAlone() {
        TableSchema unit = Source.named("unit");
        await(sink.write(source.create(fund, 10, 1, "a", "n")
                .change(0, unit, Op.CREATE, 11, 1, "u", "n")
                .batch()));
        database.execute("alter table app.unit add constraint of_fund foreign key (id) references app.fund (id)"
                + " deferrable initially deferred");
        ChangeBatch childFirst = source.create(unit, 12, 2, "u", "n").batch();
        assertThatThrownBy(() -> await(sink.write(childFirst)))
                .isInstanceOfSatisfying(
                        TableStoppedException.class,
                        stop -> assertThat(stop.table()).isEqualTo(unit.table()))
                .hasMessageContaining("23503")
                .hasMessageContaining("of_fund")
                .hasMessageContaining("foreign key between mirrors");
        source.create(fund, 13, 2, "b", "n");
        ChangeBatch both = ChangeBatch.of(java.util.List.of(
                childFirst.partitions().getFirst(), source.batch().partitions().getFirst()));
        await(sink.open(Set.of(source.partition(0))));
        await(sink.write(both));
        assertThat(database.rows("select id from app.unit order by id")).containsExactly("1", "2");
    }

    private String delivered() {
        return database.rows("select applied_next, delivered_next from duet.position")
                .getFirst();
    }
}
