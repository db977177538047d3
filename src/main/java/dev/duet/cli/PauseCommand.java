package dev.duet.cli;

import picocli.CommandLine.Command;

/** Stops reading of a table, or of all: what was read is still written, the rest waits in Kafka. */
@Command(
        name = "pause",
        description = "Stops reading of a table, or of all: what was read is still written, the rest waits in Kafka.")
final class PauseCommand extends SwitchCommand {
    PauseCommand() {
        super("pause", "Paused");
    }
}
