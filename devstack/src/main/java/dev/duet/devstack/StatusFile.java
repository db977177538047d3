package dev.duet.devstack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The file that exists while the stack is ready. A reader sees no file or a whole one.
public final class StatusFile {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;

    public StatusFile(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    void write(Status status) {
        try {
            Files.createDirectories(file.getParent());
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.write(temporary, JSON.writeValueAsBytes(status));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StackFailure("status file " + file + " cannot be written: " + e, e);
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    public Status read() {
        try {
            return JSON.readValue(Files.readAllBytes(file), Status.class);
        } catch (NoSuchFileException e) {
            throw new StackFailure("no status file " + file + ": is the stack up?", e);
        } catch (IOException e) {
            throw new StackFailure("status file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
