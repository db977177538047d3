package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.ChangeLogs;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The versions of a change log. */
@Configured
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "The versions of a table's change log in Delta.")
final class HistoryCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TABLE", description = "The source table, as schema.table.")
    String table = "";

    @Option(
            names = "--limit",
            defaultValue = "20",
            description = "How many versions at most, the newest first (default: 20).")
    int limit;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        Beans.of(ChangeLogs.class).history(new TableId("public", table), limit);
        return ExitCode.OK;
    }
}
