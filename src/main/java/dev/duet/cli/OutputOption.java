package dev.duet.cli;

import picocli.CommandLine.Option;

/** The option that commands with an answer share. */
final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "FORMAT",
            description = "How the answer is printed: ${COMPLETION-CANDIDATES} (default: table).")
    Format format = Format.TABLE;
}
