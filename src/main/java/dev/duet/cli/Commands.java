package dev.duet.cli;

import dev.duet.change.TableId;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.UnreachableException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.PicocliException;

/** Runs a command line, in as much of the service as it needs. */
public final class Commands {
    /** The service without its consumer, its page and its talk: what a command prints is the answer alone. */
    private static final Map<String, String> WITHOUT_SERVICE = Map.of(
            "quarkus.http.host-enabled", "false",
            "mp.messaging.incoming.changes.enabled", "false",
            "mp.messaging.outgoing.dead-letters.enabled", "false",
            "quarkus.log.console.stderr", "true",
            "quarkus.log.level", "WARN",
            "quarkus.log.category.\"io.smallrye.reactive.messaging\".level", "ERROR",
            "quarkus.log.category.\"org.apache.kafka\".level", "ERROR",
            "quarkus.log.category.\"io.micrometer\".level", "ERROR");

    private Commands() {}

    /**
     * Runs the command and returns its exit code.
     *
     * @param args the command's name and what follows it
     */
    public static int run(String... args) {
        CommandLine line = line();
        ParseResult parsed;
        try {
            parsed = line.parseArgs(args);
        } catch (ParameterException e) {
            return line.execute(args); // says what is wrong with it
        }
        while (parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        boolean help = parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
        Object command = parsed.commandSpec().userObject();
        return help || !command.getClass().isAnnotationPresent(Configured.class)
                ? line.execute(args)
                : configured(args);
    }

    private static int configured(String... args) {
        WITHOUT_SERVICE.forEach((key, value) -> {
            if (System.getProperty(key) == null) {
                System.setProperty(key, value);
            }
        });
        AtomicInteger exit = new AtomicInteger();
        Quarkus.run(
                Run.class,
                (code, failure) -> {
                    if (failure != null) {
                        System.err.println(rootOf(failure).getMessage());
                    }
                    exit.set(failure == null ? code : ExitCode.USAGE);
                },
                args);
        return exit.get();
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static CommandLine line() {
        return new CommandLine(new Duet())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(TableId.class, TableName::parse)
                .registerConverter(ColumnNames.class, ColumnNames::parse)
                .registerConverter(Instant.class, TimeText::parse)
                .registerConverter(LetterId.class, LetterId::parse)
                .registerConverter(LetterFilter.class, LetterFilter::parse)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    int code = switch (failure) {
                        case Refusal refusal -> refusal.exitCode();
                        case NotFoundException e -> ExitCode.USAGE;
                        case UnreachableException e -> ExitCode.UNREACHABLE;
                        case IllegalArgumentException e -> ExitCode.USAGE;
                        case PicocliException e -> ExitCode.USAGE; // a text that only the command itself could read
                        default -> ExitCode.DEFECT;
                    };
                    if (code == ExitCode.DEFECT) {
                        failure.printStackTrace(line.getErr());
                    } else {
                        line.getErr().println(failure.getMessage());
                    }
                    return code;
                });
    }

    /** The application that a configured command runs in. */
    public static final class Run implements QuarkusApplication {
        @Override
        public int run(String... args) {
            return line().execute(args);
        }
    }
}
