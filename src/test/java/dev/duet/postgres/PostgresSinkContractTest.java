package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Sink;
import dev.duet.delivery.SinkContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresSinkContractTest implements SinkContract {
    private static TestDatabase database;

    @BeforeAll
    static void start() {
        database = new TestDatabase("contract");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Override
    public Sink newSink() {
        return new PostgresSink(database.pool(), "contract", TestDatabase.Config.of(PostgresConfig.Mode.BOTH));
    }

    @Override
    public List<Long> offsetsIn(TableId table, TopicPartition partition) {
        return database.offsetsInTrail(table, partition);
    }
}
