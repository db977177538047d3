package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.Mirrors;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rows of a change log, or the source's rows as they were. */
@Configured
@Command(
        name = "read",
        description = "Rows of a table's change log in Delta at a version or a time;"
                + " with --current the source's rows as they were then.")
final class ReadCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Parameters(paramLabel = "TABLE", description = "The table, as schema.table.")
    TableId table = new TableId("", "");

    @Mixin
    AsOfOption asOf = new AsOfOption();

    @Option(
            names = "--where",
            defaultValue = "",
            paramLabel = "CONDITION",
            description = "Which rows, in the grammar of docs/transforms.md: \"state = 'open' and price > 100\".")
    String where = "";

    @Option(names = "--limit", defaultValue = "100", description = "Rows at most, 0 for all (default: 100).")
    long limit;

    @Option(
            names = "--columns",
            paramLabel = "NAME,...",
            description = "These columns, in this order; one with a comma in double quotes.")
    List<ColumnNames> columns = List.of();

    @Option(
            names = "--current",
            description = "The rows as they were in the source: the newest change of each key, without deleted ones.")
    boolean current;

    @Option(
            names = "--key",
            paramLabel = "NAME,...",
            description = "With --current: the primary key's columns (default: those of the mirror in PostgreSQL).")
    List<ColumnNames> key = List.of();

    @Option(names = "--newest-first", description = "The changes that came last first.")
    boolean newestFirst;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new IllegalArgumentException("--limit is " + limit + ": set it to 1 or more, or to 0 for all rows");
        }
        ChangeLogs logs = Beans.of(ChangeLogs.class);
        RowPrinter printer = new RowPrinter(Answer.out(), output.format, ColumnNames.all(columns), limit);
        long incomplete = 0;
        try (printer) {
            if (current) {
                List<String> columnsOfKey = key.isEmpty() ? keyOfMirror() : ColumnNames.all(key);
                incomplete = logs.current(table, asOf.asOf(), columnsOfKey, where, printer);
            } else {
                logs.read(table, asOf.asOf(), where, newestFirst, printer);
            }
        }
        if (printer.isCut()) {
            System.err.println("stopped at " + limit + " rows; --limit 0 reads all");
        }
        if (incomplete > 0) {
            System.err.println(
                    incomplete + " rows have a value that the log does not hold (it began behind it); it is null");
        }
        return ExitCode.OK;
    }

    private List<String> keyOfMirror() {
        TableSchema schema = Beans.of(Mirrors.class).schema(table);
        if (schema.key().isEmpty()) {
            throw new IllegalArgumentException(
                    table + " has no primary key in the mirror: name the columns of its key with --key");
        }
        return schema.key().stream()
                .map(index -> schema.columns().get(index).name())
                .toList();
    }
}
