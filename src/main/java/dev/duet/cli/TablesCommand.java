package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The tables of a running service. */
@Command(
        name = "tables",
        mixinStandardHelpOptions = true,
        description = "The tables of a running service: what became of their records, how far behind they are.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:no table stands still",
            "1:a table stands still",
            "3:the service does not answer",
            "4:the service refuses the login"
        })
final class TablesCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    ServiceOption service = new ServiceOption();

    @Mixin
    OutputOption output = new OutputOption();

    TablesCommand() {
        this.spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        JsonNode answer = service.get("tables");
        if (output.format == Format.JSON) {
            out.println(ServiceOption.pretty(answer));
        } else {
            print(answer.path("tables"), out);
        }
        boolean stopped = false;
        for (JsonNode table : answer.path("tables")) {
            stopped |= !table.path("stopped").isNull();
        }
        return stopped ? ExitCode.NO : ExitCode.OK;
    }

    static void print(JsonNode tables, PrintWriter out) {
        try (Grid grid = Grid.whole(
                out,
                2,
                "TABLE",
                "STATE",
                "ROWS IN",
                "POSTGRES",
                "DELTA",
                "FILTERED",
                "DEAD LETTERS",
                "VERSION",
                "BEHIND")) {
            tables.forEach(table -> grid.row(row(table)));
        }
    }

    private static List<String> row(JsonNode table) {
        JsonNode postgres = table.path("sinks").path("postgres");
        return List.of(
                table.path("table").asText(),
                !table.path("stopped").isNull()
                        ? "stopped"
                        : table.path("paused").asBoolean() ? "paused" : "well",
                table.path("in").asText(),
                postgres.path("applied").asText(),
                table.path("sinks").path("delta").path("applied").asText(),
                postgres.path("filtered").asText(),
                postgres.path("deadLettered").asText(),
                table.path("version").asText("-"),
                ServiceOption.behind(table));
    }
}
