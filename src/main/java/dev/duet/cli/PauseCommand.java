package dev.duet.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stops reading of a table, or of all: what was read is still written, the rest waits in Kafka. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Stops reading of a table, or of all: what was read is still written, the rest waits in Kafka.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the service has met no such table",
            "3:the service does not answer",
            "4:the service refuses: a login, or the role operator, is needed"
        })
final class PauseCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "TABLE", description = "schema.table; without it all is meant.")
    String table = "";

    @Mixin
    ServiceOption service = new ServiceOption();

    @Mixin
    OutputOption output = new OutputOption();

    PauseCommand() {
        this.spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        var answer = service.post("pause" + ServiceOption.about(table));
        spec.commandLine()
                .getOut()
                .println(
                        output.format == Format.JSON
                                ? ServiceOption.pretty(answer)
                                : "Paused " + (table.isEmpty() ? "all" : table) + ".");
        return ExitCode.OK;
    }
}
