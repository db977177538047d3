package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.delivery.TableStoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guarantee: a table whose folder was deleted or set back under a running writer stops, and what the error says fills the gap. */
class DeltaSetBackTest {
    private static final String MARK = "/_duet_tables/p/public/orders";

    @ParameterizedTest
    @EnumSource
    void aDeletedFolderStopsTheTable(DeltaCommitTest.Store store) throws IOException {
        DeltaConfig config = store.config("dropped", Map.of("duet.delta.log-check-interval", "0s"));
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 3))));
            await(sink.write(batch(orders(ORDERS, 0, 3, 5))));
            reading.deleteLog();
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 5, 8)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("folder was deleted");
            await(sink.open(List.of(partition(0))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 5, 8)))))
                    .isInstanceOf(TableStoppedException.class);
            reading.deleteLog(); // what is left
            for (DeltaSink writer : List.of(sink, new DeltaSink("p", config))) {
                await(writer.open(List.of(partition(0))));
                assertThatThrownBy(() -> await(writer.write(batch(orders(ORDERS, 0, 5, 8)))))
                        .isInstanceOf(TableStoppedException.class)
                        .hasMessageContaining("update duet.position set delivered_next = 0 where pipeline = 'p'")
                        .hasMessageContaining(
                                "delete " + config.root().orElseThrow().replace("file://", "file:") + MARK);
            }
            reading.delete(MARK);
            await(sink.open(List.of(partition(0))));
            await(sink.write(batch(orders(ORDERS, 0, 0, 8))));
            await(sink.write(batch(orders(ORDERS, 0, 8, 9))));
            assertThat(offsets(reading)).containsExactlyElementsOf(range(9));
            reading.deleteLog();
            await(sink.open(List.of(partition(0))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 9, 10)))))
                    .as("the new table is marked too")
                    .isInstanceOf(TableStoppedException.class);
        }
    }

    @Test
    void anEarlierCopyOfTheFolderStopsTheTable() throws IOException {
        DeltaConfig config = DeltaCommitTest.Store.DISK.config("copy", Map.of("duet.delta.log-check-interval", "0s"));
        Path folder = Path.of(config.root().orElseThrow().substring("file://".length()), "public");
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            await(sink.write(batch(orders(ORDERS, 0, 0, 3))));
            Path copy = folder.resolveSibling("copy");
            copy(folder, copy);
            await(sink.write(batch(orders(ORDERS, 0, 3, 5))));
            delete(folder);
            copy(copy, folder);
            // The version that it wants is free, so it is created on what the writer believes to be there.
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 5, 6)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("the log lost version 2");
            delete(folder);
            copy(copy, folder);
            await(sink.open(List.of(partition(0))));
            assertThatThrownBy(() -> await(sink.write(batch(orders(ORDERS, 0, 5, 6)))))
                    .isInstanceOf(TableStoppedException.class)
                    .hasMessageContaining("went back from 6 to 3")
                    .hasMessageContaining("delivered_next = least(delivered_next, 3)");
            await(sink.open(List.of(partition(0))));
            await(sink.write(batch(orders(ORDERS, 0, 3, 7))));
            assertThat(offsets(reading)).containsExactlyElementsOf(range(7));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<Long> offsets(TableReading reading) throws IOException {
        return reading.rows().stream()
                .map(row -> (Long) row.get("__offset"))
                .sorted()
                .toList();
    }

    private static List<Long> range(long to) {
        return LongStream.range(0, to).boxed().toList();
    }
}
