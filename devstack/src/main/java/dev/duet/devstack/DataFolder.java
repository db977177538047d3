package dev.duet.devstack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The folder that holds everything the stack keeps. One process at a time owns it: the lock is the system's, so a
/// killed owner leaves none.
///
/// | entry | content |
/// |---|---|
/// | `devstack.lock` | process id of the owner |
/// | `ports.properties` | ports of the last start |
/// | `postgres/`, `kafka/` | data of the two |
/// | `registry/` | the schema registry's database and process id |
/// | `s3/` | a folder for each bucket, a file for each object |
/// | `logs/` | `devstack.log`, `postgres.log`, `registry.log` |
/// | `status.json` | while the stack is up |
/// | `duet.log`, `duet.1.log`, `duet.pid` | of `run`: the service's log, the one of the run before, its process id |
final class DataFolder implements AutoCloseable {

    private static final List<String> ENTRIES = List.of(
            "ports.properties",
            "postgres",
            "kafka",
            "registry",
            "s3",
            "logs",
            "status.json",
            "duet.log",
            "duet.1.log",
            "duet.pid");

    private final Path root;
    private final FileChannel lock;
    private final boolean usedBefore;

    private DataFolder(Path root, FileChannel lock, boolean usedBefore) {
        this.root = root;
        this.lock = lock;
        this.usedBefore = usedBefore;
    }

    static DataFolder open(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            boolean usedBefore = Files.exists(root.resolve("devstack.lock"));
            Files.createDirectories(root.resolve("logs"));
            FileChannel channel = FileChannel.open(
                    root.resolve("devstack.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String owner = Files.readString(root.resolve("devstack.lock")).strip();
                channel.close();
                throw new StackFailure("folder " + root + " is in use by the devstack with process id " + owner);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DataFolder(root, channel, usedBefore);
        } catch (IOException e) {
            throw new StackFailure("folder " + root + " cannot be used: " + e, e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process
        }
    }

    Path root() {
        return root;
    }

    Path ports() {
        return root.resolve("ports.properties");
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    Path kafka() {
        return root.resolve("kafka");
    }

    Path registry() {
        return root.resolve("registry");
    }

    Path s3() {
        return root.resolve("s3");
    }

    Path logs() {
        return root.resolve("logs");
    }

    /// Deletes what earlier stacks wrote. Nothing else: the folder may hold other files, or be the wrong one. No server
    /// may
    /// run on it.
    void clear() throws IOException {
        if (usedBefore) {
            for (String entry : ENTRIES) {
                deleteTree(root.resolve(entry));
            }
            Files.createDirectories(logs());
        }
    }

    /// Gives the folder free for the next process.
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path tree) throws IOException {
        if (Files.notExists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
