package dev.duet.failpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FailPointTest {
    @TempDir
    Path folder;

    @Test
    void nothingIsArmedByItself() {
        assertThat(FailPoint.isArmed()).isFalse();
        FailPoint.check();
        FailPoint.POLLED.reached();
    }

    @Test
    void anUnknownNameIsRefusedWithTheNamesThatThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> armed("log-putt").check())
                .withMessageContaining("'log-putt'")
                .withMessageContaining("log-putting, log-put, checksum-writing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> armed("log-put:0").check())
                .withMessageContaining("duet.failpoint.at is 'log-put:0'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Armed("log-put", folder + "/none").check())
                .withMessageContaining("duet.failpoint.dir");
        armed("passing@delta:12").check();
    }

    @Test
    @Timeout(60)
    void standsStillTheNthTimeAtThatSinkUntilReleased() throws Exception {
        Armed point = armed("passing@delta:2");
        point.reached(FailPoint.PASSING, "postgres");
        point.reached(FailPoint.PASSED, "delta");
        point.reached(FailPoint.PASSING, "delta");
        point.reached(FailPoint.PASSING, "postgres");
        assertThat(folder).isEmptyDirectory();
        Thread thread = Thread.ofPlatform().start(() -> point.reached(FailPoint.PASSING, "delta"));
        while (!Files.exists(folder.resolve("passing@delta.reached"))) {
            Thread.sleep(2);
        }
        thread.interrupt();
        assertThat(thread.join(java.time.Duration.ofMillis(100))).as("got past").isFalse();
        point.reached(FailPoint.PASSING, "delta");
        Files.createFile(folder.resolve("passing@delta.release"));
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void eachPointIsSomewhereInTheService() throws Exception {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                code.append(Files.readString(file));
            }
        }
        assertThat(FailPoint.values())
                .allSatisfy(point -> assertThat(code).containsPattern("FailPoint\\." + point.name() + "\\b"));
    }

    private Armed armed(String spec) {
        return new Armed(spec, folder.toString());
    }
}
