package dev.duet.devstack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs, which come as an archive on the class path and are unpacked once for each user and version
/// (60 MB), see [UnpackedArchive].
final class PostgresBinaries {

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

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
        return UnpackedArchive.folder(
                "postgres-" + Long.toHexString(checksum),
                () -> new XZInputStream(new BufferedInputStream(archive.openStream(), 1 << 16)),
                home -> progress.line(PartName.POSTGRES, "unpacking PostgreSQL into " + home));
    }
}
