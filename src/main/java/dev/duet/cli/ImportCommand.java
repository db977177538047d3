package dev.duet.cli;

import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.cli.FieldSource.Fields;
import dev.duet.inspect.Mirrors;
import dev.duet.inspect.PositionDesk;
import dev.duet.intake.ImportTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files into a table, through the service. */
@Configured
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description =
                "Writes the rows of JSON, NDJSON and CSV files to a table, through the service into both sinks. All are checked"
                        + " first; rows that the table has exactly so already are left out, so the same file twice changes nothing."
                        + " The method and its limits: docs/import.md.")
final class ImportCommand implements Callable<Integer> {
    private static final int CHUNK = 2000;
    private static final long POLL_MILLIS = 500;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "The files, by their ending .json, .ndjson, .jsonl or .csv.")
    List<Path> files = List.of();

    @Option(
            names = "--table",
            required = true,
            paramLabel = "TABLE",
            description = "The table, as schema.table. It has a mirror.")
    TableId table = new TableId("", "");

    @Option(
            names = "--delimiter",
            defaultValue = ",",
            description = "What separates the fields of a CSV file (default: a comma).")
    char delimiter;

    @Option(
            names = "--timeout",
            defaultValue = "120",
            paramLabel = "SECONDS",
            description = "How long to wait for the service (default: 120).")
    long timeoutSeconds;

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Mixin
    OutputOption output = new OutputOption();

    private long sent;
    private long same;

    @Override
    public Integer call() throws IOException {
        Mirrors mirrors = Beans.of(Mirrors.class);
        TableSchema schema = mirrors.schema(table);
        check(mirrors, schema);
        ImportCheck check = new ImportCheck(schema, delimiter, output.format);
        if (!check.passes(files)) {
            return ExitCode.NO;
        }
        System.err.println(check.rows() + " rows are sound");
        if (!confirmation.isGiven()) {
            return ExitCode.OK;
        }
        ImportTopic topics = Beans.of(ImportTopic.class);
        if (!topics.isRead()) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    "Duet does not read imports: set duet.source.imports=true, for the service and for this command");
        }
        String topic = topics.name(table);
        try (ImportTopic.Session session = topics.open(topic)) {
            await(session, topic, "an earlier import; nothing was sent now");
            sendAll(mirrors, schema, session);
            await(session, topic, "the rows: they are sent, and written when Duet runs and reads " + topic);
        }
        ImportCheck.report(output.format, sent, same);
        return ExitCode.OK;
    }

    private void check(Mirrors mirrors, TableSchema schema) {
        if (schema.key().isEmpty()) {
            throw new Refusal(
                    ExitCode.REFUSED, table + " has no primary key: without one the same row twice would be two rows");
        }
        schema.columns().forEach(column -> {
            boolean struct =
                    column.type() instanceof ColumnType.Native(String name, int length) && ImportRows.isStruct(name);
            if (struct || column.type() instanceof ColumnType.Array) {
                throw new Refusal(
                        ExitCode.REFUSED,
                        "the column " + column.name() + " of " + table + " has a type that can't be imported");
            }
        });
        if (mirrors.isFedBySource(table)) {
            throw new Refusal(
                    ExitCode.REFUSED,
                    table
                            + " gets its rows from the source: change them there. What is imported would be older than each of them.");
        }
    }

    private void sendAll(Mirrors mirrors, TableSchema schema, ImportTopic.Session session) throws IOException {
        ImportEvents events = new ImportEvents(schema);
        ImportRows rows = new ImportRows(schema);
        for (Path file : files) {
            try (FieldSource source = ImportCheck.open(file, delimiter)) {
                List<Row> chunk = new ArrayList<>(CHUNK);
                for (Fields record = source.next(); record != null; record = source.next()) {
                    chunk.add(rows.row(record));
                    if (chunk.size() == CHUNK) {
                        send(mirrors, schema, session, events, chunk);
                        chunk.clear();
                    }
                }
                send(mirrors, schema, session, events, chunk);
            } catch (FieldSource.Unreadable | ImportRows.BadRow e) {
                throw new Refusal(
                        ExitCode.NO,
                        file + " changed while it was imported; " + sent + " rows were sent. Import it again.");
            }
        }
    }

    private void send(
            Mirrors mirrors, TableSchema schema, ImportTopic.Session session, ImportEvents events, List<Row> chunk) {
        if (chunk.isEmpty()) {
            return;
        }
        BitSet there = mirrors.same(schema, chunk);
        long now = Clock.systemUTC().millis();
        List<ImportTopic.Event> changed = new ArrayList<>();
        for (int i = 0; i < chunk.size(); i++) {
            if (!there.get(i)) {
                changed.add(new ImportTopic.Event(events.key(chunk.get(i)), events.value(chunk.get(i), now)));
            }
        }
        if (!changed.isEmpty()) {
            session.send(changed);
        }
        sent += changed.size();
        same += chunk.size() - changed.size();
        if (System.console() != null) {
            System.err.print("\r" + (sent + same) + " rows");
        }
    }

    /** Both sinks must have what was sent before rows are compared with what they hold. */
    private void await(ImportTopic.Session session, String topic, String what) {
        long limit = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        while (!session.isDelivered(delivered(topic))) {
            if (System.nanoTime() > limit) {
                throw new Refusal(
                        ExitCode.UNREACHABLE, "the service has not written within " + timeoutSeconds + " s " + what);
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Refusal(ExitCode.UNREACHABLE, "interrupted while waiting for " + what);
            }
        }
    }

    private static @Nullable Long delivered(String topic) {
        PositionDesk desk = Beans.of(PositionDesk.class);
        return desk.topics().stream()
                .filter(known -> known.name().equals(topic))
                .findFirst()
                .map(known -> Steering.stands(desk, known).get(0))
                .map(PositionDesk.Stand::deliveredNext)
                .orElse(null);
    }
}
