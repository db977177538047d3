package dev.duet.devstack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs, which come as an archive on the class path and are unpacked once for each user and version
/// (60 MB) into `$XDG_CACHE_HOME/duet-devstack`, by default `~/.cache/duet-devstack`.
final class PostgresBinaries {

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final int OWNER_EXECUTES = 0100;

    private PostgresBinaries() {}

    /// @return the folder that holds `bin/`
    static Path unpacked(Progress progress) throws IOException {
        URL archive = PostgresBinaries.class.getResource(ARCHIVE);
        if (archive == null || !"amd64".equals(System.getProperty("os.arch"))) {
            throw new StackFailure("no PostgreSQL for " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + " on the class path, only for Linux amd64");
        }
        // The checksum stands in the jar's directory: it names the version without reading the archive.
        long checksum =
                ((JarURLConnection) archive.openConnection()).getJarEntry().getCrc();
        Path home = cache().resolve("postgres-" + Long.toHexString(checksum));
        if (Files.notExists(home)) {
            progress.line(PartName.POSTGRES, "unpacking PostgreSQL into " + home);
            Files.createDirectories(home.getParent());
            Path temporary = Files.createTempDirectory(home.getParent(), "unpacking-");
            try (InputStream in = archive.openStream()) {
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
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in, 1 << 16)))) {
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
