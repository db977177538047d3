package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts under {@code tools} that look for what a machine has. */
class ToolsTest {
    private static final Path TOOLS =
            Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath().resolve("tools");

    @TempDir
    Path folder;

    private record Ended(int exitCode, String text) {}

    @Test
    void aClientWithoutItsEngineIsNone() throws Exception {
        script("docker", "exit 1");
        assertThat(run("container-engine", Map.of())).isEqualTo(new Ended(0, ""));
        Ended built = run("native", Map.of());
        assertThat(built.exitCode()).isEqualTo(2);
        assertThat(built.text()).contains("with an engine that answers").doesNotContain("Exception");
    }

    @Test
    void theEngineThatAnswersIsTaken() throws Exception {
        script("podman", "exit 125");
        script("docker", "exit 0");
        assertThat(run("container-engine", Map.of()).text()).isEqualTo("docker\n");
    }

    @Test
    void aJdksReleaseFileTellsItsVersionWithoutStartingIt() throws Exception {
        Path jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.createDirectories(jdk.resolve("bin"));
        executable(jdk.resolve("bin/javac"), "touch " + folder.resolve("asked") + "; echo javac 99.0.1");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"98.0.2\"\n");
        assertThat(run("find-jdk", Map.of("JAVA_HOME", jdk.toString())).text()).isEqualTo(jdk + "\n");
        assertThat(folder.resolve("asked")).doesNotExist();
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"1.8.0_302\"\n");
        assertThat(run("find-jdk", Map.of("JAVA_HOME", jdk.toString())).text()).doesNotContain(jdk.toString());
        Files.delete(jdk.resolve("release"));
        assertThat(run("find-jdk", Map.of("JAVA_HOME", jdk.toString())).text()).isEqualTo(jdk + "\n");
        assertThat(folder.resolve("asked")).exists();
    }

    /** With nothing on the path but this folder and what the scripts themselves use. */
    private Ended run(String tool, Map<String, String> environment) throws Exception {
        for (String used : new String[] {"sh", "dirname", "timeout", "cat", "sed", "readlink", "touch"}) {
            Path link = folder.resolve(used);
            if (!Files.exists(link)) {
                Files.createSymbolicLink(link, onPath(used));
            }
        }
        ProcessBuilder builder =
                new ProcessBuilder("/bin/sh", TOOLS.resolve(tool).toString()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", folder.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), text);
    }

    private static Path onPath(String program) {
        for (String place : new String[] {"/bin", "/usr/bin"}) {
            Path path = Path.of(place, program);
            if (Files.isExecutable(path)) {
                return path;
            }
        }
        throw new IllegalStateException("there is no " + program);
    }

    private void script(String name, String body) throws IOException {
        executable(folder.resolve(name), body);
    }

    private static void executable(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
