package dev.duet.cli;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.Checkups;
import dev.duet.inspect.Finding;
import dev.duet.inspect.Finding.Level;
import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.UnreachableException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether all that the service stands on is set up for it. */
@Configured
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Looks at source, connector, topics, target and store, and says what is wrong and what to do.%n"
                + "Exit code: 0 nothing but warnings, 1 a failure.")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connect",
            paramLabel = "URL",
            description = "Kafka Connect's REST interface (default: duet.connect.url).")
    Optional<String> connect = Optional.empty();

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        List<Checkup> checkups = new ArrayList<>(Beans.of(Checkups.class).all());
        ConnectCheckup connector = Beans.of(ConnectCheckup.class);
        connect.ifPresent(connector::at);
        checkups.add(connector);
        List<Finding> findings = new ArrayList<>();
        for (Checkup checkup : checkups) {
            try {
                findings.addAll(checkup.look());
            } catch (UnreachableException | NotFoundException e) {
                findings.add(Finding.failure(
                        checkup.area(),
                        "reachable",
                        String.valueOf(e.getMessage()),
                        "See whether it runs, and correct its address or its credentials."));
            }
        }
        if (output.format == Format.JSON) {
            json(findings, spec.commandLine().getOut());
        } else {
            print(findings, spec.commandLine().getOut());
        }
        return findings.stream().anyMatch(one -> one.level() == Level.FAILURE) ? ExitCode.NO : ExitCode.OK;
    }

    private static void print(List<Finding> findings, PrintWriter out) {
        for (Finding finding : findings) {
            out.printf(
                    "%-8s %-10s %s: %s%n",
                    Answer.word(finding.level()), finding.area(), finding.what(), finding.detail());
            if (!finding.fix().isEmpty()) {
                out.printf("%-19s -> %s%n", "", finding.fix());
            }
        }
        out.flush();
    }

    private static void json(List<Finding> findings, PrintWriter out) {
        Answer.pretty(out, to -> {
            to.writeBooleanField("ok", findings.stream().noneMatch(one -> one.level() == Level.FAILURE));
            to.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                to.writeStartObject();
                to.writeStringField("area", finding.area());
                to.writeStringField("what", finding.what());
                to.writeStringField("level", Answer.word(finding.level()));
                to.writeStringField("detail", finding.detail());
                to.writeStringField("fix", finding.fix());
                to.writeEndObject();
            }
            to.writeEndArray();
        });
    }
}
