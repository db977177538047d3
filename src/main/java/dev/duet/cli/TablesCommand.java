package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

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
final class TablesCommand extends ServiceCommand {
    @Override
    public Integer call() {
        JsonNode answer = service.get("tables");
        show(answer, TablesCommand::print);
        boolean stopped = false;
        for (JsonNode table : answer.path("tables")) {
            stopped |= !table.path("stopped").isNull();
        }
        return stopped ? ExitCode.NO : ExitCode.OK;
    }

    /** @param answer one that holds tables */
    static void print(JsonNode answer, PrintWriter out) {
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
            answer.path("tables").forEach(table -> grid.row(row(table)));
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
