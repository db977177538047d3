package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.SnapshotSignals;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has the connector send rows again. */
@Configured
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description =
                "Has Debezium send all rows of tables again, while changes go on: an incremental snapshot, asked for in the"
                        + " connector's signalling table (duet.verify.source.signal-table). Without that setting the statement is"
                        + " printed, to be run in the source; docs/schema-changes.md.")
final class SnapshotCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TABLE", arity = "1..*", description = "The source tables, as schema.table.")
    List<TableId> tables = List.of();

    @Mixin
    Confirmation confirmation = new Confirmation();

    @Override
    public Integer call() {
        SnapshotSignals signals = Beans.of(SnapshotSignals.class);
        String statement = signals.statement(tables);
        PrintStream out = Answer.out();
        out.println(statement + ";");
        out.flush();
        if (!signals.isConfigured()) {
            System.err.println(
                    "not sent: run it in the source database, with the connector's signal.data.collection as its"
                            + " table; or set duet.verify.source.url and duet.verify.source.signal-table, and Duet sends it");
            return ExitCode.NO;
        }
        if (confirmation.isGiven()) {
            signals.send(statement);
            System.err.println("sent; the connector takes it up when it reads its signalling table"
                    + " (signal.data.collection) from the publication. duet verify shows when the copies are equal.");
        }
        return ExitCode.OK;
    }
}
