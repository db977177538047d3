package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
final class StatusCommand implements Callable<Integer> {
    private static final String CLEAR = "\033[H\033[2J";

    @Spec
    CommandSpec spec;

    @Mixin
    ServiceOption service = new ServiceOption();

    @Mixin
    OutputOption output = new OutputOption();

    @Option(names = "--watch", description = "Show it again each second until interrupted.")
    boolean watch;

    StatusCommand() {
        this.spec = CommandSpec.create();
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        while (true) {
            JsonNode status = service.get("status");
            if (output.format == Format.JSON) {
                out.println(ServiceOption.pretty(status));
            } else {
                out.print(watch && System.console() != null ? CLEAR : "");
                print(status, out);
            }
            out.flush();
            if (!watch) {
                return status.path("well").asBoolean() ? ExitCode.OK : ExitCode.NO;
            }
            Thread.sleep(1000);
        }
    }

    private static void print(JsonNode status, PrintWriter out) {
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
        TablesCommand.print(status.path("tables"), out);
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
