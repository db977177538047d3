package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.ChangeLogs;
import dev.duet.inspect.LogVersion;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The versions of a change log. */
@Configured
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "The versions of a table's change log in Delta, the newest first.")
final class HistoryCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TABLE", description = "The table, as schema.table.")
    TableId table = new TableId("", "");

    @Option(names = "--limit", defaultValue = "20", description = "How many versions at most (default: 20).")
    int limit;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit is " + limit + ": set it to 1 or more");
        }
        List<LogVersion> versions = Beans.of(ChangeLogs.class).history(table, limit);
        PrintStream out = Answer.out();
        if (output.format == Format.JSON) {
            Answer.print(out, versions.stream().map(HistoryCommand::json).toList());
            return ExitCode.OK;
        }
        try (Grid grid = new Grid(
                out,
                List.of(
                        "version",
                        "committed at",
                        "operation",
                        "engine",
                        "files",
                        "removed",
                        "rows",
                        "bytes",
                        "schema",
                        "positions"))) {
            versions.forEach(version -> grid.row(List.of(
                    version.version(),
                    version.committedAt(),
                    version.operation(),
                    version.engine() == null ? "" : version.engine(),
                    version.filesAdded(),
                    version.filesRemoved(),
                    version.rowsAdded() < 0 ? "?" : version.rowsAdded(),
                    version.bytesAdded(),
                    version.schemaChanged() ? "changed" : "",
                    version.positions().entrySet().stream()
                            .map(position -> position.getKey() + ":" + position.getValue())
                            .collect(Collectors.joining(" ")))));
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> json(LogVersion version) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", version.version());
        json.put("committedAt", version.committedAt());
        json.put("operation", version.operation());
        json.put("engine", version.engine() == null ? "" : version.engine());
        json.put("filesAdded", version.filesAdded());
        json.put("filesRemoved", version.filesRemoved());
        json.put("rowsAdded", version.rowsAdded());
        json.put("bytesAdded", version.bytesAdded());
        json.put("schemaChanged", version.schemaChanged());
        json.put("positions", version.positions());
        return json;
    }
}
