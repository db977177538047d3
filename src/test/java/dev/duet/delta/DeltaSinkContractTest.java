package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.delivery.Sink;
import dev.duet.delivery.SinkContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The Delta sink keeps what every sink promises, on both kinds of store. */
class DeltaSinkContractTest {
    @Nested
    class OnDisk extends Contract {
        OnDisk() {
            super(DeltaFixture.disk("contract"));
        }
    }

    @Nested
    class OnS3 extends Contract {
        OnS3() {
            super(DeltaFixture.s3("contract"));
        }
    }

    abstract static class Contract implements SinkContract {
        private final DeltaConfig config;
        private final List<DeltaSink> sinks = new ArrayList<>();

        Contract(Map<String, String> settings) {
            this.config = DeltaFixture.config(settings);
        }

        @Override
        public Sink newSink() {
            DeltaSink sink = new DeltaSink("contract", config);
            sinks.add(sink);
            return sink;
        }

        @Override
        public List<Long> offsetsIn(TableId table, TopicPartition partition) {
            try (TableReading reading = new TableReading(config, table)) {
                return reading.rows().stream()
                        .filter(row -> Integer.valueOf(partition.partition()).equals(row.get("__partition")))
                        .map(row -> (Long) row.get("__offset"))
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @AfterEach
        void closeSinks() {
            sinks.forEach(DeltaSink::close);
        }
    }
}
