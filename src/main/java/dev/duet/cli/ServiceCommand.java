package dev.duet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands share that ask a running service. */
abstract class ServiceCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    ServiceOption service = new ServiceOption();

    @Mixin
    OutputOption output = new OutputOption();

    /** Prints an answer: the document for programs, or what people are shown of it. */
    final void show(JsonNode answer, BiConsumer<JsonNode, PrintWriter> forPeople) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.format == Format.JSON) {
            out.println(ServiceOption.pretty(answer));
        } else {
            forPeople.accept(answer, out);
        }
        out.flush();
    }
}
