package dev.duet.devstack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Programs that come as an archive, unpacked once for each user and version into `$XDG_CACHE_HOME/duet-devstack`, by
/// default `~/.cache/duet-devstack`.
final class UnpackedArchive {

    private static final int OWNER_EXECUTES = 0100;

    private UnpackedArchive() {}

    /// Opens the archive as an uncompressed tar.
    interface Source {
        InputStream open() throws IOException;
    }

    /// @param name of the folder, which has to tell versions apart
    /// @param unpacking told the folder before work begins, if there is any
    /// @return the folder with the archive's content
    static Path folder(String name, Source archive, Consumer<Path> unpacking) throws IOException {
        Path home = cache().resolve(name);
        if (Files.notExists(home)) {
            unpacking.accept(home);
            Files.createDirectories(home.getParent());
            Path temporary = Files.createTempDirectory(home.getParent(), "unpacking-");
            try (InputStream in = archive.open()) {
                unpack(in, temporary);
                move(temporary, home);
            } finally {
                DataFolder.deleteTree(temporary);
            }
        }
        return home;
    }

    private static Path cache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path base = configured == null || configured.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        return base.resolve("duet-devstack");
    }

    private static void unpack(InputStream in, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("archive entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (entry.isLink()) {
                    Files.createLink(path, target.resolve(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    boolean program = (entry.getMode() & OWNER_EXECUTES) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /// Another stack may unpack at the same time: the first one's folder stays.
    private static void move(Path temporary, Path home) throws IOException {
        try {
            Files.move(temporary, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (IOException e) {
            // Linux says "directory not empty", which ATOMIC_MOVE hands on as a plain FileSystemException.
            if (Files.notExists(home)) {
                throw e;
            }
        }
    }
}
