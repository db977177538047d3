package dev.duet.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads on after a pause; tries a stopped table again at once. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Reads on after a pause; tries a stopped table again at once.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the service has met no such table",
            "3:the service does not answer",
            "4:the service refuses: a login, or the role operator, is needed"
        })
final class ResumeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "TABLE", description = "schema.table; without it all is meant.")
    String table = "";

    @Mixin
    ServiceOption service = new ServiceOption();

    @Mixin
    OutputOption output = new OutputOption();

    ResumeCommand() {
        this.spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        var answer = service.post("resume" + ServiceOption.about(table));
        spec.commandLine()
                .getOut()
                .println(
                        output.format == Format.JSON
                                ? ServiceOption.pretty(answer)
                                : "Resumed " + (table.isEmpty() ? "all" : table) + ".");
        return ExitCode.OK;
    }
}
