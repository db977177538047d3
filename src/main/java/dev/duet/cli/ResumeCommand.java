package dev.duet.cli;

import picocli.CommandLine.Command;

/** Reads on after a pause; tries a stopped table again at once. */
@Command(name = "resume", description = "Reads on after a pause; tries a stopped table again at once.")
final class ResumeCommand extends SwitchCommand {
    ResumeCommand() {
        super("resume", "Resumed");
    }
}
