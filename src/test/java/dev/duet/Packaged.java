package dev.duet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is tried: the packaged jar on this JVM, or the native executable that the system property {@code duet.executable} names. */
final class Packaged {
    private static final Path ROOT =
            Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();

    private Packaged() {}

    /** The folder of the build. */
    static Path target() {
        return ROOT.resolve("target");
    }

    /**
     * The command that starts it.
     *
     * @param options options and {@code -Dkey=value}; of the options a native executable takes only {@code -Xmx} and the like
     * @param arguments behind the jar
     */
    static List<String> command(List<String> options, List<String> arguments) throws IOException {
        String executable = System.getProperty("duet.executable");
        List<String> command = new ArrayList<>();
        if (executable != null) {
            command.add(executable);
            options.stream()
                    .filter(option -> option.startsWith("-Xm") || option.startsWith("-D"))
                    .forEach(command::add);
        } else {
            Path jar = Path.of(System.getProperty(
                    "duet.service.jar",
                    target().resolve("quarkus-app/quarkus-run.jar").toString()));
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(options);
            command.addAll(cache(jar));
            command.addAll(List.of("-jar", jar.toString()));
        }
        command.addAll(arguments);
        return command;
    }

    /**
     * What {@code tools/aot-cache} has made, if the system property {@code duet.aot.cache} names it and it is of this jar. A JVM with other
     * options than that one had uses less of it, or none, and says so: which is no log line of the service's.
     */
    private static List<String> cache(Path jar) throws IOException {
        String name = System.getProperty("duet.aot.cache");
        return name != null
                        && Files.exists(Path.of(name))
                        && Files.getLastModifiedTime(Path.of(name)).compareTo(Files.getLastModifiedTime(jar)) > 0
                ? List.of("-XX:AOTCache=" + name, "-Xlog:aot=off")
                : List.of();
    }
}
