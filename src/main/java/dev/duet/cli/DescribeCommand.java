package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.LogColumn;
import dev.duet.inspect.LogDescription;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a change log is like. Without a table: which there are. */
@Configured
@Command(
        name = "describe",
        description =
                "A table's change log in Delta: where it lies, its columns, properties and positions. Without TABLE: which there are.")
final class DescribeCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Parameters(paramLabel = "TABLE", arity = "0..1", description = "The table, as schema.table.")
    @Nullable
    TableId table;

    @Mixin
    AsOfOption asOf = new AsOfOption();

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        ChangeLogs logs = Beans.of(ChangeLogs.class);
        PrintStream out = Answer.out();
        if (table == null) {
            List<String> names = logs.tables().stream().map(TableName::of).toList();
            if (output.format == Format.JSON) {
                Answer.print(out, names);
            } else {
                names.forEach(out::println);
                out.flush();
            }
            return ExitCode.OK;
        }
        LogDescription log = logs.describe(table, asOf.asOf());
        if (output.format == Format.JSON) {
            Answer.print(out, json(log));
        } else {
            print(out, log);
        }
        return ExitCode.OK;
    }

    private static void print(PrintStream out, LogDescription log) {
        out.println("table         " + TableName.of(log.table()));
        out.println("path          " + log.path());
        out.println("version       " + log.version() + ", committed " + log.committedAt());
        out.println("partitioned   "
                + (log.partitionColumns().isEmpty() ? "no" : String.join(", ", log.partitionColumns())));
        log.positions().forEach((partition, next) -> out.println("position      " + partition + ": " + next));
        log.properties().forEach((key, value) -> out.println("property      " + key + " = " + value));
        out.println();
        try (Grid grid = new Grid(out, List.of("column", "type", "nullable", "from"))) {
            log.columns()
                    .forEach(column -> grid.row(List.of(
                            column.name(),
                            column.type(),
                            column.nullable() ? "yes" : "no",
                            column.added() ? "duet" : "source")));
        }
    }

    private static Map<String, Object> json(LogDescription log) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("table", TableName.of(log.table()));
        json.put("path", log.path());
        json.put("version", log.version());
        json.put("committedAt", log.committedAt());
        json.put("partitionColumns", log.partitionColumns());
        json.put("positions", log.positions());
        json.put("properties", log.properties());
        json.put("columns", log.columns().stream().map(DescribeCommand::json).toList());
        return json;
    }

    private static Map<String, Object> json(LogColumn column) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", column.name());
        json.put("type", column.type());
        json.put("nullable", column.nullable());
        json.put("added", column.added());
        return json;
    }
}
