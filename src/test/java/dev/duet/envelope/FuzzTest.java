package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.TopicPartition;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A million mutated real events: whatever comes, the decoder answers with a decision, in time, and without taking much more memory than
 * the record has. Another seed: {@code -Dduet.fuzz.seed=}, more events: {@code -Dduet.fuzz.events=}.
 */
class FuzzTest {
    private static final long SEED = Long.getLong("duet.fuzz.seed", 17);
    private static final int EVENTS = Integer.getInteger("duet.fuzz.events", 1_000_000);

    /** A decimal of PostgreSQL's most digits, whose base64 is short, takes some 100 KB at most; a schema some 30 times its text. */
    private static final long MAX_ALLOCATED = 8 << 20;

    private static final List<String> FILES = List.of(
            "pgsrc.fund_metadata",
            "pgsrc.fund_unit",
            "pgsrc.message",
            "withschema.fund_metadata",
            "withschema.fund_unit",
            "propagated",
            "extremes",
            "txmeta.transaction",
            "snapshots");

    /** What a byte alone hardly becomes. */
    private static final List<byte[]> TOKENS = List.of(
                    "null",
                    "{}",
                    "[]",
                    "\"\"",
                    "0",
                    "-1",
                    "1e999999999",
                    "1e-999999999",
                    "9223372036854775808",
                    "true",
                    "\"NaN\"",
                    "[[[[",
                    "\"op\":\"u\"",
                    "\"op\":\"d\"",
                    "\"op\":\"t\"",
                    "\"after\":null",
                    "\"before\":{}",
                    "\\u0000",
                    "\\ud800",
                    "\"schema\":",
                    "\"payload\":",
                    "\"__debezium_unavailable_value\"",
                    "{\"scale\":-131072,\"value\":\"AQ==\"}",
                    "{\"scale\":2147483647,\"value\":\"AQ==\"}",
                    "\"items\":",
                    "\"type\":\"array\"",
                    "_INT4",
                    "_NUMERIC")
            .stream()
            .map(token -> token.getBytes(StandardCharsets.UTF_8))
            .toList();

    private final Random random = new Random(SEED);
    private final List<RecordedEvent> events =
            FILES.stream().flatMap(file -> RecordedEvent.all(file).stream()).toList();
    private final List<RecordedEvent> small = events.stream()
            .filter(event -> event.value() != null && event.value().length < 2000)
            .toList();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aMillionMutatedEventsEndInADecision() {
        DebeziumDecoder decoder = new DebeziumDecoder(EnvelopeOptions.DEFAULTS, Tables.recorded());
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] decisions = new int[4];
        for (int i = 0; i < EVENTS; i++) {
            RecordedEvent event = pick(i);
            byte[] value = event.value() == null ? null : mutated(event.value());
            byte[] key = event.key() == null || random.nextInt(4) > 0 ? event.key() : mutated(event.key());
            TopicPartition partition = new TopicPartition(event.topic(), 0);
            long before = threads.getCurrentThreadAllocatedBytes();
            Decoded decoded;
            try {
                decoded = decoder.decode(partition, i, key, value);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("seed " + SEED + ", event " + i + ": " + shown(key) + " " + shown(value), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated)
                    .as("bytes for seed %d, event %d", SEED, i)
                    .isLessThan(MAX_ALLOCATED + 200L * (value == null ? 0 : value.length));
            decisions[index(decoded)]++;
        }
        assertThat(decisions).as("each kind of decision").doesNotContain(0);
    }

    private static int index(Decoded decoded) {
        return switch (decoded) {
            case Decoded.Change ignored -> 0;
            case Decoded.NoRow ignored -> 1;
            case Decoded.Malformed ignored -> 2;
            case Decoded.Blocked ignored -> 3;
        };
    }

    /** One in ten of any size: schemas are long and would take all the time. */
    private RecordedEvent pick(int i) {
        List<RecordedEvent> from = i % 10 == 0 ? events : small;
        return from.get(random.nextInt(from.size()));
    }

    private byte[] mutated(byte[] original) {
        byte[] bytes = original;
        for (int times = 1 + random.nextInt(3); times > 0 && bytes.length > 0; times--) {
            bytes = switch (random.nextInt(7)) {
                case 0 -> flipped(bytes);
                case 1 -> without(bytes);
                case 2 -> repeated(bytes);
                case 3, 4 -> inserted(bytes, TOKENS.get(random.nextInt(TOKENS.size())));
                case 5 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
                default -> spliced(bytes);
            };
        }
        return bytes;
    }

    private byte[] flipped(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private byte[] without(byte[] bytes) {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(40));
        return joined(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
    }

    private byte[] repeated(byte[] bytes) {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(80));
        return joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private byte[] inserted(byte[] bytes, byte[] token) {
        int at = random.nextInt(bytes.length + 1);
        int over = random.nextBoolean() ? Math.min(bytes.length, at + token.length) : at;
        return joined(joined(Arrays.copyOf(bytes, at), token), Arrays.copyOfRange(bytes, over, bytes.length));
    }

    private byte[] spliced(byte[] bytes) {
        byte @Nullable [] other = small.get(random.nextInt(small.size())).value();
        if (other == null || other.length == 0) {
            return bytes;
        }
        return joined(
                Arrays.copyOf(bytes, random.nextInt(bytes.length)),
                Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static String shown(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
