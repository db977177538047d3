package dev.duet.delta;

import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of this machine, without Hadoop (which forks processes and writes a {@code .crc} beside each file). A file is written under
 * another name, forced to the disk, and then linked or moved to its own: link(2) fails if the name is taken, atomically among all
 * processes. The directory is forced too, before the call returns, so that a power cut takes nothing that was acknowledged.
 */
final class LocalFileIO extends TableFileIO {
    private static final String UNFINISHED = ".tmp";

    LocalFileIO(Map<String, String> settings) {
        super(settings);
    }

    @Override
    void replace(String path, Body body) throws IOException {
        Path target = local(path);
        Path unfinished = write(target, body);
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(parent(target));
    }

    @Override
    void createNew(String path, Body body) throws IOException {
        Path target = local(path);
        Path unfinished = write(target, body);
        try {
            Files.createLink(target, unfinished);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        force(parent(target));
    }

    private static Path write(Path target, Body body) throws IOException {
        Path parent = parent(target);
        makeDirectories(parent);
        Path unfinished = parent.resolve("." + UUID.randomUUID() + UNFINISHED);
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(body.bytes(), 0, body.size());
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
        return unfinished;
    }

    /** Makes what is missing of a directory's path, each durably in its parent. */
    private static void makeDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            makeDirectories(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    byte[] read(String path) throws IOException {
        try {
            return Files.readAllBytes(local(path));
        } catch (NoSuchFileException e) {
            throw missing(path, e);
        }
    }

    @Override
    FileStatus status(String path) throws IOException {
        return status(local(path), path);
    }

    private static FileStatus status(Path file, String path) throws IOException {
        try {
            return FileStatus.of(
                    path, Files.size(file), Files.getLastModifiedTime(file).toMillis());
        } catch (NoSuchFileException e) {
            throw missing(path, e);
        }
    }

    @Override
    InputFile open(String path, long size) {
        return new LocalFile(path, size);
    }

    @Override
    public CloseableIterator<FileStatus> listFrom(String path) throws IOException {
        Path from = local(path);
        String first = name(from);
        String directory = path.substring(0, path.lastIndexOf('/') + 1);
        List<FileStatus> found;
        try (Stream<Path> files = Files.list(parent(from))) {
            found = files.filter(file ->
                            name(file).compareTo(first) >= 0 && !name(file).endsWith(UNFINISHED))
                    .sorted((a, b) -> name(a).compareTo(name(b)))
                    .map(file -> known(file, directory + name(file)))
                    .filter(status -> status != null)
                    .toList();
        } catch (NoSuchFileException e) {
            throw missing(path, e);
        }
        return Iterators.closeable(found.iterator());
    }

    @Override
    List<String> below(String directory) throws IOException {
        Path top = local(directory);
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !name(file).endsWith(UNFINISHED))
                    .map(file -> directory + "/" + top.relativize(file))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** Null for a file that the clean-up of the log deleted since it was listed. */
    private static @Nullable FileStatus known(Path file, String path) {
        try {
            return status(file, path);
        } catch (FileNotFoundException e) {
            return null;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public boolean mkdirs(String path) throws IOException {
        makeDirectories(local(path));
        return true;
    }

    @Override
    public boolean delete(String path) throws IOException {
        return Files.deleteIfExists(local(path));
    }

    /** Kernel hands on both {@code file:/x} and {@code file:///x}. */
    private static Path local(String path) {
        return Path.of(
                path.startsWith("file:") ? path.substring("file:".length()).replaceFirst("^/+", "/") : path);
    }

    private static Path parent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException(file + " has no parent directory");
        }
        return parent;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static FileNotFoundException missing(String path, IOException cause) {
        FileNotFoundException missing = new FileNotFoundException(path);
        missing.initCause(cause);
        return missing;
    }

    private record LocalFile(String path, long length) implements InputFile {
        @Override
        public SeekableInputStream newStream() throws IOException {
            return new LocalStream(new RandomAccessFile(local(path).toFile(), "r"));
        }
    }

    private static final class LocalStream extends SeekableInputStream {
        private final RandomAccessFile file;

        LocalStream(RandomAccessFile file) {
            this.file = file;
        }

        @Override
        public long getPos() throws IOException {
            return file.getFilePointer();
        }

        @Override
        public void seek(long position) throws IOException {
            if (position > file.length()) {
                throw new EOFException("position " + position + " of " + file.length() + " bytes");
            }
            file.seek(position);
        }

        @Override
        public int read() throws IOException {
            return file.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return file.read(target, offset, length);
        }

        @Override
        public void readFully(byte[] target, int offset, int length) throws IOException {
            file.readFully(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
