package dev.duet.devstack.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service's log file, as far as a person at the console wants to know it.
///
///     2025-11-24T12:00:03.123+01:00 ERROR [de.duet] event=stopped ...
public final class ServiceLog {

    private static final Pattern ERROR = Pattern.compile("^\\S+ ERROR (.*)");
    private static final Pattern STACK_TRACE = Pattern.compile("^\\s+(at |\\.\\.\\. \\d+ more).*");
    private static final int MOST_BYTES = 1 << 20;
    private static final int LAST_LINES = 10;
    private static final int MOST_ERRORS = 5;

    private final Path file;
    private final Set<String> told = new HashSet<>();
    private long position;

    ServiceLog(Path file) {
        this.file = file;
    }

    /// Errors since the last call, without their time; each text once in a run. Empty when the file can't be read.
    public List<String> newErrors() {
        List<String> errors = new ArrayList<>();
        try {
            for (String line : newLines()) {
                Matcher error = ERROR.matcher(line);
                if (error.matches() && told.add(error.group(1))) {
                    errors.add(error.group(1));
                }
            }
        } catch (IOException e) {
            return errors;
        }
        return errors;
    }

    /// Errors first, then the last lines; stack traces left out. For a service that has ended.
    public List<String> ending() {
        List<String> lines;
        try {
            lines = Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line ->
                            !line.isBlank() && !STACK_TRACE.matcher(line).matches())
                    .toList();
        } catch (IOException e) {
            return List.of("(no log: " + e + ")");
        }
        List<String> errors = lines.stream()
                .filter(line -> ERROR.matcher(line).matches())
                .limit(MOST_ERRORS)
                .toList();
        List<String> shown = new ArrayList<>(errors);
        lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
                .filter(line -> !errors.contains(line))
                .forEach(shown::add);
        return shown;
    }

    /// Whole lines only: the rest of a half-written one comes with the next call.
    private List<String> newLines() throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(position);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST_BYTES, Math.max(0, channel.size() - position)));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            int end = bytes.position();
            while (end > 0 && bytes.get(end - 1) != '\n') {
                end--;
            }
            if (end == 0 && bytes.position() == MOST_BYTES) {
                end = MOST_BYTES;
            }
            position += end;
            return new String(bytes.array(), 0, end, StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}
