package dev.duet.cli;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.inspect.AsOf;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.PositionDesk;
import dev.duet.intake.Peek;
import dev.duet.intake.SourceKafka;
import dev.duet.transform.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A look at events as the service sees them. */
@Configured
@Command(
        name = "peek",
        mixinStandardHelpOptions = true,
        description = "Reads events as the service would and shows what it would do with each, and why."
                + " Shows rows; --no-values hides them. Commits nothing.")
final class PeekCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TOPIC", description = "The topic.")
    String topic = "";

    @Option(names = "--partition", paramLabel = "N", description = "This partition alone.")
    @Nullable
    Integer partition;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description =
                    "An offset, earliest, latest, or a time: 2026-01-31T12:00:00Z, 10m (ago)."
                            + " Default: the last ones, --limit shared among the partitions; with --key earliest, with --follow latest.")
    @Nullable
    String from;

    @Option(names = "--limit", defaultValue = "10", description = "Events at most, 0 for all (default: 10).")
    long limit;

    @Option(names = "--key", paramLabel = "TEXT", description = "Only records whose key holds this text.")
    @Nullable
    String key;

    @Option(names = "--follow", description = "Wait for more at the end, until interrupted or --limit is reached.")
    boolean follow;

    @Option(names = "--no-values", description = "Show neither keys nor rows.")
    boolean noValues;

    @Mixin
    OutputOption output = new OutputOption();

    private final Map<TableId, Map<String, Long>> deltaPositions = new HashMap<>();
    private long shown;

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new IllegalArgumentException("--limit is " + limit + ": set it to 1 or more, or to 0 for all");
        }
        SourceKafka kafka = Beans.of(SourceKafka.class);
        SourceKafka.Topic now = kafka.topic(topic);
        if (partition != null && !now.partitions().containsKey(partition)) {
            throw new NotFoundException("topic " + topic + " has no partition " + partition + "; it has "
                    + now.partitions().keySet());
        }
        Map<Integer, PositionDesk.Stand> stands = stands();
        EventPrinter printer = new EventPrinter(Answer.out(), output.format, !noValues);
        Beans.of(Peek.class).read(topic, offsets(kafka, now), follow, event -> {
            if (key != null
                    && (event.key() == null || !new String(event.key(), StandardCharsets.UTF_8).contains(key))) {
                return true;
            }
            PositionDesk.Stand stand = stands.get(event.partition());
            printer.print(
                    topic, event, Decision.of(event, stand == null ? null : stand.appliedNext(), deltaPosition(event)));
            shown++;
            return limit == 0 || shown < limit;
        });
        return ExitCode.OK;
    }

    /** None of a topic that the service has not met. */
    private Map<Integer, PositionDesk.Stand> stands() {
        PositionDesk desk = Beans.of(PositionDesk.class);
        return desk.topics().stream()
                .filter(known -> known.name().equals(topic))
                .findFirst()
                .map(known -> Steering.stands(desk, known))
                .orElse(Map.of());
    }

    private @Nullable Long deltaPosition(Peek.Event event) {
        if (!(event.outcome() instanceof Outcome.Changed(RowChange change))) {
            return null;
        }
        return deltaPositions
                .computeIfAbsent(change.table(), PeekCommand::positionsInDelta)
                .get(topic + "-" + event.partition());
    }

    private static Map<String, Long> positionsInDelta(TableId table) {
        try {
            return Beans.of(ChangeLogs.class).describe(table, new AsOf.Latest()).positions();
        } catch (NotFoundException e) {
            return Map.of();
        }
    }

    private Map<Integer, Long> offsets(SourceKafka kafka, SourceKafka.Topic now) {
        Map<Integer, Long> times = from == null || from.matches("earliest|latest|\\d{1,18}")
                ? Map.of()
                : kafka.offsetsAt(now, TimeText.parse(from));
        Map<Integer, Long> offsets = new TreeMap<>();
        long share =
                partition != null ? limit : Math.max(1, limit / now.partitions().size());
        now.partitions().forEach((number, bounds) -> {
            if (partition != null && !partition.equals(number)) {
                return;
            }
            long wanted = switch (from) {
                case null -> follow ? bounds.end() : limit == 0 || key != null ? bounds.first() : bounds.end() - share;
                case "earliest" -> bounds.first();
                case "latest" -> bounds.end();
                default -> times.isEmpty() ? Long.parseLong(from) : times.getOrDefault(number, bounds.end());
            };
            offsets.put(number, Math.min(bounds.end(), Math.max(bounds.first(), wanted)));
        });
        return offsets;
    }
}
