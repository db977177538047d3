package dev.duet.envelope;

import com.sun.management.ThreadMXBean;
import dev.duet.change.TopicPartition;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * Nanoseconds of CPU time (the machine may be busy) and bytes allocated per event, medians of rounds. Run its main with the test class path; not a test.
 *
 * <p>The argument is the number of events in all for each case, a million if absent.
 */
final class EnvelopeBenchmark {
    private static final int ROUNDS = 20;

    private EnvelopeBenchmark() {}

    public static void main(String[] args) {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        EnvelopeOptions precise = EnvelopeOptions.DEFAULTS.withDecimalMode(DecimalMode.PRECISE);
        DebeziumDecoder decoder = new DebeziumDecoder(precise, Tables.recorded());
        RecordedEvent unit = RecordedEvent.of("pgsrc.fund_unit", 3);
        RecordedEvent fund = RecordedEvent.of("pgsrc.fund_metadata", 2);
        RecordedEvent delete = RecordedEvent.of("pgsrc.fund_unit", 4);
        RecordedEvent schema = RecordedEvent.of("withschema.fund_unit", 0);
        RecordedEvent propagated = WithSchemasTest.holding(0);
        RecordedEvent wide = WithSchemasTest.fund();
        for (int pass = 0; pass < 2; pass++) {
            measure("4 columns", unit, decoder, events);
            measure("17 columns", fund, decoder, events);
            measure("delete", delete, decoder, events);
            measure("4 columns, schemas", schema, decoder, events);
            measure("15 columns, schemas", wide, decoder, events);
            measure("12 columns, propagated types", propagated, decoder, events);
        }
    }

    private static void measure(String name, RecordedEvent event, DebeziumDecoder decoder, int events) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        TopicPartition partition = new TopicPartition(event.topic(), 0);
        int perRound = events / ROUNDS;
        double[] nanos = new double[ROUNDS];
        double[] bytes = new double[ROUNDS];
        long changes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long bytesBefore = threads.getCurrentThreadAllocatedBytes();
            long before = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < perRound; i++) {
                if (decoder.decode(partition, i, event.key(), event.value()) instanceof Decoded.Change) {
                    changes++;
                }
            }
            nanos[round] = (double) (threads.getCurrentThreadCpuTime() - before) / perRound;
            bytes[round] = (double) (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / perRound;
        }
        if (changes != (long) perRound * ROUNDS) {
            throw new IllegalStateException(name + ": not every record gave a change");
        }
        Arrays.sort(nanos);
        Arrays.sort(bytes);
        System.out.printf(
                Locale.ROOT,
                "%-30s %5d bytes: %5.0f ns, %5.0f bytes allocated (fastest round %5.0f ns)%n",
                name,
                Objects.requireNonNull(event.value()).length,
                nanos[ROUNDS / 2],
                bytes[ROUNDS / 2],
                nanos[0]);
    }
}
