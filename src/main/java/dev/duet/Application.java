package dev.duet;

import dev.duet.cli.Commands;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The way in: of the service without arguments, of an operator's command with them. */
@QuarkusMain
public final class Application {
    private static volatile boolean command;

    private Application() {}

    /** Starts the service and returns when it has stopped, or runs a command and ends the process with its exit code. */
    public static void main(String... args) {
        if (args.length == 0) {
            Quarkus.run(args);
            return;
        }
        command = true;
        System.exit(Commands.run(args));
    }

    /** Whether this process is a command: nothing is read from Kafka and nothing delivered. */
    static boolean isCommand() {
        return command;
    }
}
