package dev.duet.devstack.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceLogTest {

    private static final String TIME = "2025-11-24T12:00:03.123+01:00 ";

    @TempDir
    Path folder;

    @Test
    void tellsEachErrorOnce() throws IOException {
        Path file = folder.resolve("duet.log");
        ServiceLog log = new ServiceLog(file);
        assertEquals(List.of(), log.newErrors());
        append(
                file,
                TIME + "INFO  [de.duet] started\n" + TIME + "ERROR [de.duet] one\n\tat x.Y\n" + TIME + "ERROR [de");
        assertEquals(List.of("[de.duet] one"), log.newErrors());
        append(file, ".duet] zwölf\n" + TIME + "ERROR [de.duet] one\n");
        assertEquals(List.of("[de.duet] zwölf"), log.newErrors());
        assertEquals(List.of(), log.newErrors());
    }

    @Test
    void endsWithErrorsFirstAndWithoutStackTraces() throws IOException {
        Path file = folder.resolve("duet.log");
        append(file, TIME + "INFO  a\n" + TIME + "ERROR b: why\n\tat x.Y\n\t... 3 more\n" + TIME + "INFO  c\n");
        assertEquals(List.of(TIME + "ERROR b: why", TIME + "INFO  a", TIME + "INFO  c"), new ServiceLog(file).ending());
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
