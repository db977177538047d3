package dev.duet.cli;

import dev.duet.inspect.PositionDesk;
import dev.duet.intake.SourceKafka;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on behind offsets that retention has deleted before they were delivered. */
@Configured
@Command(
        name = "accept-gap",
        mixinStandardHelpOptions = true,
        description = "Accepts that offsets are lost which retention deleted before they were delivered;"
                + " reading goes on behind them. Refuses where nothing is lost.")
final class AcceptGapCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TOPIC", description = "The topic whose partition stands still.")
    String topic = "";

    @Option(
            names = "--partition",
            paramLabel = "N",
            description = "This partition alone (default: all that have a gap).")
    @Nullable
    Integer partition;

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Mixin
    OutputOption output = new OutputOption();

    private record Gap(PositionDesk.Stand stand, long first) {}

    @Override
    public Integer call() {
        PositionDesk desk = Beans.of(PositionDesk.class);
        PositionDesk.Topic stored = Steering.known(desk, topic);
        SourceKafka.Topic now = Beans.of(SourceKafka.class).topic(topic);
        Steering.checkSame(stored, now);
        List<Gap> gaps = gaps(desk, stored, now);
        if (gaps.isEmpty()) {
            throw new Refusal(
                    ExitCode.NO,
                    "nothing of " + topic + (partition == null ? "" : "-" + partition)
                            + " is lost: Kafka has all offsets from the stored positions on. Nothing was done.");
        }
        print(gaps);
        if (confirmation.isGiven()) {
            for (Gap gap : gaps) {
                if (!desk.skipTo(gap.stand(), gap.first())) {
                    throw new Refusal(
                            ExitCode.REFUSED,
                            "the position of " + gap.stand().partition()
                                    + " has moved since it was looked at: look again before anything is given up");
                }
            }
            System.err.println("done; the service goes on by itself within duet.source.stopped-table-retry."
                    + " A new snapshot restores the rows that the source still has.");
        }
        return ExitCode.OK;
    }

    private List<Gap> gaps(PositionDesk desk, PositionDesk.Topic stored, SourceKafka.Topic now) {
        List<Gap> gaps = new ArrayList<>();
        Steering.stands(desk, stored).forEach((number, stand) -> {
            SourceKafka.Bounds bounds = now.partitions().get(number);
            boolean asked = partition == null || partition.equals(number);
            if (asked && bounds != null && stand.deliveredNext() < bounds.first()) {
                gaps.add(new Gap(stand, bounds.first()));
            }
        });
        return gaps;
    }

    private void print(List<Gap> gaps) {
        PrintStream out = Answer.out();
        if (output.format == Format.JSON) {
            Answer.print(out, gaps.stream().map(AcceptGapCommand::json).toList());
            return;
        }
        for (Gap gap : gaps) {
            out.println("give up offsets " + gap.stand().deliveredNext() + " to " + (gap.first() - 1) + " of "
                    + gap.stand().partition() + " (at most "
                    + (gap.first() - gap.stand().deliveredNext())
                    + " records, in neither or one sink); go on at " + gap.first());
        }
        out.flush();
    }

    private static Map<String, Object> json(Gap gap) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("topic", gap.stand().partition().topic());
        json.put("partition", gap.stand().partition().partition());
        json.put("firstLost", gap.stand().deliveredNext());
        json.put("goOnAt", gap.first());
        return json;
    }
}
