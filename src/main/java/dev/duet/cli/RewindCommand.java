package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.LogCuts;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.PositionDesk;
import dev.duet.intake.SourceKafka;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has records applied again. */
@Configured
@Command(
        name = "rewind",
        mixinStandardHelpOptions = true,
        description =
                "Has records applied to the mirror (and the trail) again, from an offset or a time on. The Delta log has each"
                        + " record once already and skips them. Says what it will do before it does it; docs/commands.md.")
final class RewindCommand implements Callable<Integer> {
    static final class Which {
        @Parameters(
                paramLabel = "TABLE",
                arity = "1..*",
                description = "The source tables, as schema.table: their topics are those that end so.")
        List<TableId> tables = List.of();

        @Option(names = "--topic", paramLabel = "TOPIC", description = "A topic, in place of a table; may be repeated.")
        List<String> topics = List.of();

        @Option(names = "--all", description = "All topics of the pipeline.")
        boolean all;
    }

    @ArgGroup(exclusive = true, multiplicity = "1")
    Which which = new Which();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "WHERE",
            description =
                    "earliest (the first record that Kafka has), an offset, or a time: 2026-01-31T12:00:00Z, 10m (ago).")
    String to = "";

    @Option(names = "--partition", paramLabel = "N", description = "This partition alone.")
    @Nullable
    Integer partition;

    @Option(
            names = "--while-running",
            description =
                    "Also while instances of the pipeline run: each notices it at its next write and goes back by itself.")
    boolean whileRunning;

    @Option(
            names = "--delta",
            description =
                    "Also the Delta logs: their rows from there on are taken out, in one commit of each table, and appended again."
                            + " Only while no instance runs.")
    boolean delta;

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Mixin
    OutputOption output = new OutputOption();

    private final List<PositionDesk.Back> moves = new ArrayList<>();
    private final List<LogCuts.Cut> cuts = new ArrayList<>();

    @Override
    public Integer call() {
        PositionDesk desk = Beans.of(PositionDesk.class);
        SourceKafka kafka = Beans.of(SourceKafka.class);
        for (PositionDesk.Topic topic : topics(desk)) {
            plan(desk, kafka, topic);
        }
        if (delta) {
            planCuts();
        }
        if (cuts.isEmpty()) {
            moves.removeIf(move -> move.next() == move.from().appliedNext());
        }
        if (moves.isEmpty()) {
            throw new Refusal(ExitCode.NO, "no position lies behind " + to + ": there is nothing to apply again");
        }
        long trailRows = desk.trailRows(moves);
        if (trailRows > 0
                && moves.stream().anyMatch(move -> move.from().partition().generation() > 0)) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    "a topic was made again, so its offsets don't tell which rows of its trail would come again: nothing was done");
        }
        print(trailRows);
        checkIdle(kafka);
        if (confirmation.isGiven()) {
            long removed = move(desk);
            System.err.println("done; " + (removed > 0 ? removed + " rows of trails were removed; " : "")
                    + "the records are applied again "
                    + (whileRunning ? "from each partition's next write on" : "after the next start"));
        }
        return ExitCode.OK;
    }

    private List<PositionDesk.Topic> topics(PositionDesk desk) {
        List<PositionDesk.Topic> known = desk.topics();
        if (which.all) {
            return known;
        }
        List<PositionDesk.Topic> wanted = new ArrayList<>();
        which.topics.forEach(topic -> wanted.add(Steering.known(desk, topic)));
        for (TableId table : which.tables) {
            String end = Steering.topicEnd(table);
            List<PositionDesk.Topic> of =
                    known.stream().filter(topic -> topic.name().endsWith(end)).toList();
            if (of.isEmpty()) {
                throw new NotFoundException(
                        "no topic of this pipeline ends with " + end + ": name the topic with --topic; it has "
                                + known.stream().map(PositionDesk.Topic::name).toList());
            }
            wanted.addAll(of);
        }
        return wanted;
    }

    /** A position that stands there already is held too while Delta's is set back: a command that died in between is finished so. */
    private void plan(PositionDesk desk, SourceKafka kafka, PositionDesk.Topic stored) {
        SourceKafka.Topic now = kafka.topic(stored.name());
        Steering.checkSame(stored, now);
        Map<Integer, Long> targets = targets(kafka, now);
        Steering.stands(desk, stored).forEach((number, stand) -> {
            Long target = targets.get(number);
            if (target != null
                    && (partition == null || partition.equals(number))
                    && (target < stand.appliedNext() || (delta && target == stand.appliedNext()))) {
                moves.add(new PositionDesk.Back(stand, target));
            }
        });
    }

    private Map<Integer, Long> targets(SourceKafka kafka, SourceKafka.Topic topic) {
        Map<Integer, Long> targets = new LinkedHashMap<>();
        if (to.equals("earliest")) {
            topic.partitions().forEach((number, bounds) -> targets.put(number, bounds.first()));
        } else if (to.matches("\\d{1,18}")) {
            long offset = Long.parseLong(to);
            topic.partitions().forEach((number, bounds) -> {
                boolean asked = partition == null || partition.equals(number);
                if (asked && offset < bounds.first()) {
                    throw new IllegalArgumentException("offset " + offset + " of " + topic.name() + "-" + number
                            + " is gone from Kafka: the first one is " + bounds.first() + "; --to earliest takes that");
                }
                targets.put(number, offset);
            });
        } else {
            targets.putAll(kafka.offsetsAt(topic, TimeText.parse(to)));
        }
        return targets;
    }

    private void planCuts() {
        if (whileRunning) {
            throw new IllegalArgumentException("--delta and --while-running exclude each other: stop Duet first");
        }
        Map<TopicPartition, Long> from = new HashMap<>();
        moves.forEach(move -> from.put(move.from().partition(), move.next()));
        for (TableId table : Beans.of(ChangeLogs.class).tables()) {
            Beans.of(LogCuts.class).of(table, from).ifPresent(cuts::add);
        }
    }

    private void checkIdle(SourceKafka kafka) {
        if (whileRunning || confirmation.dryRun) {
            return;
        }
        int instances = kafka.instances();
        if (instances > 0) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    instances
                            + " instances of the pipeline are running: nothing was done. Stop them first (a killed one is"
                            + " forgotten after its session timeout), or add --while-running: it is safe, but an instance notices"
                            + " it only at the next write of a partition.");
        }
    }

    private long move(PositionDesk desk) {
        try {
            // In this order: what is taken out of Delta comes again only if reading resumes below it.
            long removed = desk.setBack(moves);
            if (!cuts.isEmpty()) {
                cuts.forEach(LogCuts.Cut::stage);
                desk.holding(moves, () -> cuts.forEach(LogCuts.Cut::commit));
            }
            return removed;
        } catch (IllegalStateException e) {
            throw new Refusal(ExitCode.REFUSED, String.valueOf(e.getMessage()));
        }
    }

    private void print(long trailRows) {
        PrintStream out = Answer.out();
        if (output.format == Format.JSON) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("moves", moves.stream().map(RewindCommand::json).toList());
            json.put("trailRowsRemoved", trailRows);
            json.put(
                    "deltaRowsRemoved",
                    cuts.stream().mapToLong(LogCuts.Cut::rows).sum());
            Answer.print(out, json);
            return;
        }
        try (Grid grid = new Grid(out, List.of("partition", "applied up to", "again from", "records at most"))) {
            moves.forEach(back -> grid.row(List.of(
                    back.from().partition(),
                    back.from().appliedNext(),
                    back.next(),
                    back.from().appliedNext() - back.next())));
        }
        cuts.forEach(cut -> out.println("Delta log of " + TableName.of(cut.table()) + ": " + cut.rows() + " rows in "
                + cut.files() + " files are taken out first, then appended again"));
        out.println("mirror: applied again; rows that are newer stay."
                + (delta ? "" : " Delta log: has them, skips them.")
                + (trailRows > 0 ? " Trails: " + trailRows + " rows are removed first, then appended again." : ""));
        out.flush();
    }

    private static Map<String, Object> json(PositionDesk.Back back) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("topic", back.from().partition().topic());
        json.put("partition", back.from().partition().partition());
        json.put("appliedNext", back.from().appliedNext());
        json.put("deliveredNext", back.from().deliveredNext());
        json.put("to", back.next());
        return json;
    }
}
