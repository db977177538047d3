package dev.duet.cli;

import dev.duet.change.TableId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What {@code pause} and {@code resume} share. */
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the service has met no such table",
            "3:the service does not answer",
            "4:the service refuses: a login, or the role operator, is needed"
        })
abstract class SwitchCommand extends ServiceCommand {
    @Parameters(arity = "0..1", paramLabel = "TABLE", description = "schema.table; without it all is meant.")
    @Nullable
    TableId table;

    private final String path;
    private final String done;

    /**
     * @param path what the service is asked for
     * @param done what it has done, as the first word of a sentence
     */
    SwitchCommand(String path, String done) {
        this.path = path;
        this.done = done;
    }

    @Override
    public final Integer call() {
        show(
                service.post(path + ServiceOption.about(table == null ? "" : TableName.of(table))),
                (answer, out) -> out.println(done + " " + (table == null ? "all" : TableName.of(table)) + "."));
        return ExitCode.OK;
    }
}
