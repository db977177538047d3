package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.PositionDesk;
import dev.duet.intake.SourceKafka;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the commands that move positions look at first. */
final class Steering {
    private Steering() {}

    /** What the positions of a topic belong to. */
    static PositionDesk.Topic known(PositionDesk desk, String topic) {
        List<PositionDesk.Topic> topics = desk.topics();
        return topics.stream()
                .filter(one -> one.name().equals(topic))
                .findFirst()
                .orElseThrow(
                        () -> new NotFoundException("this pipeline has no positions of topic " + topic + "; it has "
                                + topics.stream().map(PositionDesk.Topic::name).toList()));
    }

    /** What Debezium ends the topic's name of a table with: what Kafka allows in none is an underscore. */
    static String topicEnd(TableId table) {
        return ("." + table).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /** The positions of a topic that count, by partition. */
    static Map<Integer, PositionDesk.Stand> stands(PositionDesk desk, PositionDesk.Topic topic) {
        Map<Integer, PositionDesk.Stand> stands = new TreeMap<>();
        desk.positions().stream()
                .filter(stand -> stand.partition().topic().equals(topic.name())
                        && stand.partition().generation() == topic.generation())
                .forEach(stand -> stands.put(stand.partition().partition(), stand));
        return stands;
    }

    static boolean isSame(PositionDesk.Topic stored, SourceKafka.Topic now) {
        String unknown = "AAAAAAAAAAAAAAAAAAAAAA"; // brokers before 2.8 know no ids
        return stored.id().equals(now.id())
                || stored.id().equals(unknown)
                || now.id().equals(unknown);
    }

    /** @throws Refusal if the topic is another one than the positions belong to */
    static void checkSame(PositionDesk.Topic stored, SourceKafka.Topic now) {
        if (!isSame(stored, now)) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    "topic " + now.name() + " (id " + now.id()
                            + ") is not the one that the stored positions belong to (id "
                            + stored.id()
                            + "): nothing was done. To deliver the new one from its beginning: duet adopt-topic "
                            + now.name());
        }
    }
}
