package dev.duet.cli;

import dev.duet.inspect.PositionDesk;
import dev.duet.intake.SourceKafka;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a topic that was made again for the one to read. */
@Configured
@Command(
        name = "adopt-topic",
        mixinStandardHelpOptions = true,
        description = "Accepts that a topic was deleted and made again (or has lost records that were delivered):"
                + " it is read from its beginning, into both sinks. Refuses where it is the same one.")
final class AdoptTopicCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TOPIC", description = "The topic that is refused.")
    String topic = "";

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        PositionDesk desk = Beans.of(PositionDesk.class);
        PositionDesk.Topic stored = Steering.known(desk, topic);
        SourceKafka.Topic now = Beans.of(SourceKafka.class).topic(topic);
        boolean other = !Steering.isSame(stored, now);
        boolean shrunk = Steering.stands(desk, stored).entrySet().stream().anyMatch(stand -> {
            SourceKafka.Bounds bounds = now.partitions().get(stand.getKey());
            return bounds == null || stand.getValue().deliveredNext() > bounds.end();
        });
        if (!other && !shrunk) {
            throw new Refusal(
                    ExitCode.NO,
                    "topic " + topic + " (id " + now.id()
                            + ") is the one that the positions belong to, and none lies beyond its end. Nothing was done.");
        }
        print(stored, now, other);
        if (confirmation.isGiven()) {
            if (!desk.adopt(stored, now.id())) {
                throw new Refusal(ExitCode.REFUSED, "topic " + topic + " was adopted meanwhile: nothing was done");
            }
            System.err.println("done; the service goes on by itself within duet.source.stopped-table-retry");
        }
        return ExitCode.OK;
    }

    private void print(PositionDesk.Topic stored, SourceKafka.Topic now, boolean other) {
        PrintStream out = Answer.out();
        long records = now.partitions().values().stream()
                .mapToLong(bounds -> bounds.end() - bounds.first())
                .sum();
        if (output.format == Format.JSON) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("topic", topic);
            json.put("storedId", stored.id());
            json.put("id", now.id());
            json.put("generation", stored.generation() + 1);
            json.put("records", records);
            Answer.print(out, json);
            return;
        }
        out.println(
                other
                        ? "topic " + topic + " has the id " + now.id() + "; the positions belong to " + stored.id()
                        : "topic " + topic + " has lost records that were delivered: a position lies beyond its end");
        out.println("deliver it from its beginning as generation " + (stored.generation() + 1) + ", at most " + records
                + " records, into both sinks");
        out.println(
                other
                        ? "records of the old topic that were not delivered are lost; rows deleted in them stay in the mirror"
                        : "the Delta log and the trails then hold twice what they had of it");
        out.flush();
    }
}
