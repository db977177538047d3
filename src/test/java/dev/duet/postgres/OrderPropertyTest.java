package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.ChangeBatch;
import dev.duet.change.Op;
import dev.duet.change.PartitionChanges;
import dev.duet.change.PartitionChanges.Offsets;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.order.ClockTolerance;
import dev.duet.order.Histories;
import dev.duet.order.Histories.Event;
import dev.duet.order.Histories.Kind;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guarantee: the rule that the log is folded by makes of any history what the mirror's SQL makes of it, however it is cut into writes. */
class OrderPropertyTest {
    private static final int HISTORIES = 40;

    private static TestDatabase database;
    private static Pool pool;

    @BeforeAll
    static void start() {
        database = new TestDatabase("order_property");
        pool = database.pool();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"LETTERS", "PARTITIONS"})
    void theRuleIsWhatTheServerDoes(Kind kind) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            Histories.History history = Histories.of(seed, kind);
            String name = kind.name().toLowerCase(Locale.ROOT) + seed;
            assertThat(mirror(history, name, new Random(seed)))
                    .as("%s %d: %s", kind, seed, history.events())
                    .isEqualTo(Histories.rows(history, new ClockTolerance(1000)));
        }
    }

    private static Map<Integer, String> mirror(Histories.History history, String name, Random random) {
        TableSchema table = Source.named(name);
        PostgresSink sink = open(history, name, history.events().getFirst().generation());
        List<Event> events = history.events();
        for (int from = 0; from < events.size(); ) {
            int to = from + 1;
            int until = Math.min(events.size(), from + 1 + random.nextInt(6));
            while (to < until
                    && !history.restored().contains(to)
                    && events.get(to).generation() == events.get(from).generation()) {
                to++;
            }
            boolean madeAgain = from > 0
                    && events.get(from).generation() != events.get(from - 1).generation();
            if (history.restored().contains(from)) {
                database.execute("update duet.position set epoch = epoch + 1 where topic = '" + name + "'");
            }
            if (madeAgain || history.restored().contains(from)) {
                sink = open(history, name, events.get(from).generation());
            }
            await(sink.write(batch(table, name, events.subList(from, to))));
            if (from == 0 && history.kind() == Kind.PARTITIONS) {
                database.execute("update duet.mirror set unsettled_since = now() where target_table = '" + name + "'");
            }
            from = to;
        }
        Map<Integer, String> rows = new TreeMap<>();
        for (String row : database.rows("select id, name from " + new TargetName("app", name).quoted())) {
            String[] parts = row.split("\\|", 2);
            rows.put(Integer.valueOf(parts[0]), parts[1]);
        }
        return rows;
    }

    private static PostgresSink open(Histories.History history, String name, int generation) {
        PostgresSink sink = new PostgresSink(pool, "it's", TestDatabase.Config.of(PostgresConfig.Mode.MIRROR));
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < (history.kind() == Kind.PARTITIONS ? 3 : 1); i++) {
            partitions.add(new TopicPartition(name, i, generation));
        }
        await(sink.open(partitions));
        return sink;
    }

    private static ChangeBatch batch(TableSchema table, String topic, List<Event> events) {
        Map<TopicPartition, List<RowChange>> changes = new TreeMap<>();
        for (Event event : events) {
            TopicPartition partition = new TopicPartition(topic, event.partition(), event.generation());
            Row row = event.op() == Op.TRUNCATE ? null : Row.of(event.key(), event.value(), null);
            changes.computeIfAbsent(partition, p -> new ArrayList<>())
                    .add(new RowChange(
                            table,
                            event.op(),
                            row,
                            new SourcePosition(event.lsn(), 5, event.tsMillis() * 1000, event.late()),
                            partition,
                            event.offset(),
                            50));
        }
        List<PartitionChanges> links = new ArrayList<>();
        changes.forEach((partition, list) -> links.add(new PartitionChanges(
                partition,
                list.getFirst().offset(),
                list.getLast().offset() + 1,
                list.size(),
                list,
                Offsets.NONE,
                Offsets.NONE,
                50L * list.size())));
        return ChangeBatch.of(links);
    }
}
