package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How far behind the source both copies are. */
@Command(
        name = "lag",
        mixinStandardHelpOptions = true,
        description = "How far behind the source both copies are, by partition.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:within --max-seconds, or none is given",
            "1:further behind",
            "3:the service does not answer",
            "4:the service refuses the login"
        })
final class LagCommand extends ServiceCommand {
    @Option(
            names = "--max-seconds",
            paramLabel = "N",
            defaultValue = "Infinity",
            description = "Exit with 1 if the oldest record that is not in both copies is older.")
    double maxSeconds;

    @Override
    public Integer call() {
        JsonNode lag = service.get("lag");
        show(lag, LagCommand::print);
        return lag.path("seconds").asDouble() > maxSeconds ? ExitCode.NO : ExitCode.OK;
    }

    private static void print(JsonNode lag, PrintWriter out) {
        try (Grid grid =
                Grid.whole(out, 2, "PARTITION", "TABLE", "END", "POSTGRES", "DELTA", "BEHIND", "DELTA TRAILS")) {
            lag.path("partitions")
                    .forEach(partition -> grid.row(List.of(
                            partition.path("topic").asText() + "-"
                                    + partition.path("partition").asText(),
                            partition.path("table").asText(),
                            partition.path("end").asText("-"),
                            partition.path("positions").path("postgres").asText(),
                            partition.path("positions").path("delta").asText(),
                            ServiceOption.behind(partition),
                            partition.path("trailSeconds").asText() + " s")));
        }
    }
}
