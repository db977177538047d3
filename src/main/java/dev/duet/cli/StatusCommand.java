package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether all is well. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Whether all is well: the verdict, both sinks, the tables, and what to do about what is not.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:it is not: something stands still, is paused or waits",
            "3:the service does not answer",
            "4:the service refuses the login"
        })
final class StatusCommand extends ServiceCommand {
    private static final String CLEAR = "\033[H\033[2J";

    @Option(names = "--watch", description = "Show it again each second until interrupted.")
    boolean watch;

    @Override
    public Integer call() throws InterruptedException {
        while (true) {
            JsonNode status = service.get("status");
            show(status, this::print);
            if (!watch) {
                return status.path("well").asBoolean() ? ExitCode.OK : ExitCode.NO;
            }
            Thread.sleep(1000);
        }
    }

    private void print(JsonNode status, PrintWriter out) {
        out.print(watch && System.console() != null ? CLEAR : "");
        out.println(
                status.path("headline").asText() + ". " + status.path("detail").asText());
        out.println();
        try (Grid sinks = Grid.whole(out, 2, "SINK", "STATE", "RECORDS/S", "ROWS", "BATCHES", "MEDIAN MS", "95 % MS")) {
            status.path("sinks")
                    .forEach(sink -> sinks.row(List.of(
                            sink.path("name").asText(),
                            sink.path("state").asText(),
                            status.path("flow")
                                    .path("written")
                                    .path(sink.path("name").asText())
                                    .asText(),
                            sink.path("rows").asText(),
                            sink.path("batches").asText(),
                            sink.path("medianMillis").asText(),
                            sink.path("p95Millis").asText())));
        }
        out.println();
        TablesCommand.print(status, out);
        status.path("problems").forEach(problem -> {
            if (problem.path("ended").isNull()) {
                out.println();
                String table = problem.path("table").isNull()
                        ? ""
                        : problem.path("table").asText() + ": ";
                out.println(problem.path("at").asText() + "  " + table
                        + problem.path("reason").asText());
                out.println("  " + problem.path("advice").asText());
            }
        });
    }
}
