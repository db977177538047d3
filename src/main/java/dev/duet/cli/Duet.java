package dev.duet.cli;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command that holds the others. */
@Command(
        name = "duet",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Keeps a PostgreSQL table and a Delta Lake table in step with a source database.%n"
                + "Without a command it starts the service.",
        subcommands = {
            HelpCommand.class,
            GenerateCompletion.class,
            AcceptGapCommand.class,
            AdoptTopicCommand.class,
            DeadLettersCommand.class,
            DescribeCommand.class,
            DoctorCommand.class,
            HistoryCommand.class,
            ImportCommand.class,
            LagCommand.class,
            PauseCommand.class,
            PeekCommand.class,
            ReadCommand.class,
            ResumeCommand.class,
            RewindCommand.class,
            SnapshotCommand.class,
            StatusCommand.class,
            TablesCommand.class,
            VerifyCommand.class
        })
final class Duet {}
