package dev.duet.delta;

import static dev.duet.delta.Changes.ORDERS;
import static dev.duet.delta.Changes.batch;
import static dev.duet.delta.Changes.orders;
import static dev.duet.delta.Changes.partition;
import static dev.duet.delta.DeltaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.duet.EmbeddedStack;
import dev.duet.ForeignEngine;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: what another engine does to a table between two commits of a running writer neither loses nor doubles a row of Duet's; a
 * RESTORE that takes rows away stops the table, also for a writer that starts later.
 */
class ForeignEngineIT {
    private static ForeignEngine spark;

    private final Map<String, String> settings = DeltaFixture.s3("foreign");
    private final String table = "delta.`" + settings.get("duet.delta.root") + "/public/orders`";

    @BeforeAll
    static void start() throws IOException {
        spark = new ForeignEngine(EmbeddedStack.shared());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        spark.close();
    }

    @Test
    void appendsCompactionAndNewMetadataAreNoHindrance() throws IOException {
        settings.put("duet.delta.checkpoint-interval", "4");
        DeltaConfig config = DeltaFixture.config(settings);
        List<String> deeds = List.of(
                "insert into " + table + " (id, note, __date) values (999, 'foreign', date'2026-01-01')",
                "alter table " + table + " add columns (extra string)",
                "optimize " + table,
                "vacuum " + table + " retain 0 hours");
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            long next = 0;
            for (String deed : deeds) {
                write(sink, next, next + 3);
                write(sink, next + 3, next + 4);
                spark.run(deed);
                next += 4;
            }
            write(sink, next, next + 3);
            reading.deleteVersionsBelowLastCheckpoint();
            write(sink, next + 3, next + 5);
            try (DeltaSink later = new DeltaSink("p", config)) {
                write(later, next + 4, next + 6);
            }
            assertThat(offsets(reading)).containsExactlyElementsOf(range(0, next + 6));
            assertThat(reading.position("p", partition(0)).orElseThrow().applied())
                    .isEqualTo(next + 6);
        }
    }

    @Test
    void aRestoreThatTakesRowsAwayStopsTheTable() throws IOException {
        DeltaConfig config = DeltaFixture.config(settings);
        try (DeltaSink sink = new DeltaSink("p", config);
                TableReading reading = new TableReading(config, ORDERS.table())) {
            for (long i = 0; i < 4; i++) {
                write(sink, i, i + 1);
            }
            spark.run("restore table " + table + " to version as of 2");
            spark.run("optimize " + table);
            String advice = refusal(sink, 4, 6);
            try (DeltaSink later = new DeltaSink("p", config)) {
                assertThat(refusal(later, 4, 6)).isEqualTo(advice);
            }
            spark.run(find("RESTORE TABLE .* TO VERSION AS OF \\d+", advice));
            write(sink, 4, 6);
            assertThat(offsets(reading)).containsExactlyElementsOf(range(0, 6));

            spark.run("restore table " + table + " to version as of 2");
            spark.run(find("ALTER TABLE .* SET TBLPROPERTIES \\(.*?\\)", refusal(sink, 6, 7)));
            write(sink, 6, 7);
            assertThat(offsets(reading)).containsExactly(0L, 1L, 6L);
        }
    }

    private static String refusal(DeltaSink sink, long from, long to) {
        TableStoppedException stop = catchThrowableOfType(TableStoppedException.class, () -> write(sink, from, to));
        assertThat(stop).isNotNull();
        assertThat(stop).hasMessageContaining("is a RESTORE to version 2");
        return String.valueOf(stop.getMessage());
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    /** As the delivery does: after a failure the partition is opened and the batch written again. */
    private static void write(DeltaSink sink, long from, long to) {
        try {
            await(sink.write(batch(orders(ORDERS, 0, from, to))));
        } catch (RetriableException again) {
            await(sink.open(List.of(partition(0))));
            await(sink.write(batch(orders(ORDERS, 0, from, to))));
        }
    }

    private static List<Long> offsets(TableReading reading) throws IOException {
        return reading.rows().stream()
                .filter(row -> row.get("__offset") != null)
                .map(row -> (Long) row.get("__offset"))
                .sorted()
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
