package dev.duet.devstack;

import dev.duet.devstack.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line.
@Command(
        name = "devstack",
        description =
                "The source database, broker, Connect, S3 server and schema registry that Duet is developed against.",
        mixinStandardHelpOptions = true,
        version = "devstack 0.1.0",
        subcommands = {Up.class, DemoCommand.class, Run.class})
public final class Devstack {

    private Devstack() {}

    public static void main(String... args) {
        CommandLine commandLine = new CommandLine(new Devstack());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (!(exception instanceof StackFailure)) {
                throw exception;
            }
            System.err.println("devstack: " + exception.getMessage());
            return 1;
        });
        // The parts leave threads that are no daemons; what must be stopped is stopped by the commands' shutdown hooks.
        System.exit(commandLine.execute(args));
    }
}
