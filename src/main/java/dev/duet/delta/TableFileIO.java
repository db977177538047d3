package dev.duet.delta;

import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How Kernel reads and writes the files of one table. What Kernel's own FileIO does not give:
 *
 * <ul>
 *   <li>A version of the log is created only if it is not there, atomically among all writers. Kernel's default on S3 asks first
 *       and then puts without a condition, and loses commits of two writers.
 *   <li>When the outcome of such a creation is refused or unclear, the file is read back: equal bytes are this writer's own (no two
 *       bodies are equal, each holds a random transaction id), so a lost answer never makes a commit happen twice.
 *   <li>A checkpoint is held back until it is complete ({@link DuetEngine}): Kernel closes its stream even if reading the log
 *       failed midway, which would publish a checkpoint that misses files (delta-io/delta#7174).
 *   <li>It remembers what it wrote until {@link #forget}, which spares a request after each file.
 * </ul>
 *
 * <p>One instance for each table, used by one thread at a time.
 */
abstract class TableFileIO implements FileIO {
    private final Map<String, String> settings;
    private final Map<String, FileStatus> own = new ConcurrentHashMap<>();
    private final Map<String, Body> bodies = new ConcurrentHashMap<>();

    /** @param settings what Kernel and Parquet ask {@link #getConf} for */
    TableFileIO(Map<String, String> settings) {
        this.settings = settings;
    }

    /** Memory that a row group may take. */
    final long rowGroupBytes() {
        return Long.parseLong(settings.getOrDefault("parquet.block.size", "33554432"));
    }

    /** Bytes of a file; the array may be longer. */
    record Body(byte[] bytes, int size) {
        boolean isSameAs(byte[] other) {
            return Arrays.equals(bytes, 0, size, other, 0, other.length);
        }
    }

    /** Writes the file durably, replacing what is there. */
    abstract void replace(String path, Body body) throws IOException;

    /**
     * Writes the file durably and atomically if it is not there.
     *
     * @throws IOException if it is there, or the outcome is not known
     */
    abstract void createNew(String path, Body body) throws IOException;

    /** @throws FileNotFoundException if it is not there */
    abstract byte[] read(String path) throws IOException;

    abstract FileStatus status(String path) throws IOException;

    /** The paths of all files below a directory, at any depth, in no order; none if it is not there. */
    abstract List<String> below(String directory) throws IOException;

    abstract InputFile open(String path, long size);

    /** Writes a checkpoint that was held back. */
    void publish(String path) throws IOException {
        Body body = bodies.remove(path);
        if (body == null) {
            throw new IOException("nothing was written for " + path);
        }
        replace(path, body);
    }

    /** Drops what is remembered. To be called after each batch. */
    void forget() {
        own.clear();
        bodies.clear();
    }

    /** Creates the file, or finds that this very content is there already. */
    final void create(String path, Body body) throws IOException {
        try {
            createNew(path, body);
        } catch (IOException e) {
            byte[] there;
            try {
                there = read(path);
            } catch (FileNotFoundException notWritten) {
                throw e;
            } catch (IOException unreadable) {
                e.addSuppressed(unreadable);
                throw e;
            }
            if (!body.isSameAs(there)) {
                FileAlreadyExistsException exists = new FileAlreadyExistsException(path);
                exists.initCause(e);
                throw exists;
            }
        }
    }

    @Override
    public final OutputFile newOutputFile(String path) {
        return new Output(path);
    }

    /** Kernel asks for the status of what it just wrote; once. */
    @Override
    public final FileStatus getFileStatus(String path) throws IOException {
        FileStatus known = own.remove(path);
        return known != null ? known : status(path);
    }

    /** A data file is read right after it was written, for its statistics. */
    @Override
    public final InputFile newInputFile(String path, long size) {
        Body body = path.contains("/_delta_log/") ? null : bodies.remove(path);
        return body != null ? new BytesInputFile(path, body.bytes(), body.size()) : open(path, size);
    }

    @Override
    public final String resolvePath(String path) {
        return path;
    }

    @Override
    public final Optional<String> getConf(String key) {
        return Optional.ofNullable(settings.get(key));
    }

    @Override
    public final void copyFileAtomically(String source, String target, boolean overwrite) throws IOException {
        byte[] bytes = read(source);
        Body body = new Body(bytes, bytes.length);
        if (overwrite) {
            replace(target, body);
        } else {
            create(target, body);
        }
    }

    private void remember(String path, int size) {
        own.put(path, FileStatus.of(path, size, System.currentTimeMillis()));
    }

    private final class Output implements OutputFile {
        private final String path;

        Output(String path) {
            this.path = path;
        }

        @Override
        public String path() {
            return path;
        }

        /** Parquet: data files are not atomic (nobody knows their name yet), checkpoints are. */
        @Override
        public PositionOutputStream create(boolean atomic) {
            return new Stream(path, atomic);
        }

        /** {@code N.json} and {@code N.crc} are created, {@code _last_checkpoint} is replaced. */
        @Override
        public void writeAtomically(CloseableIterator<String> lines, boolean overwrite) throws IOException {
            Buffer buffer = new Buffer(1 << 13);
            try (lines) {
                while (lines.hasNext()) {
                    buffer.writeBytes(lines.next().getBytes(StandardCharsets.UTF_8));
                    buffer.write('\n');
                }
            }
            if (overwrite) {
                replace(path, buffer.body());
            } else {
                TableFileIO.this.create(path, buffer.body());
                if (path.endsWith(".json")) {
                    remember(path, buffer.size());
                }
            }
        }
    }

    /** Gathers a Parquet file and stores it when it is closed. */
    private final class Stream extends PositionOutputStream {
        private final String path;
        private final boolean heldBack;
        private final Buffer buffer = new Buffer(1 << 16);
        private boolean closed;

        Stream(String path, boolean heldBack) {
            this.path = path;
            this.heldBack = heldBack;
        }

        @Override
        public long getPos() {
            return buffer.size();
        }

        @Override
        public void write(int b) {
            buffer.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            buffer.write(bytes, offset, length);
        }

        /** Parquet closes twice. */
        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            if (!heldBack) {
                replace(path, buffer.body());
            }
            remember(path, buffer.size());
            bodies.put(path, buffer.body());
        }
    }

    /** A byte array that is handed on without a copy. */
    static final class Buffer extends ByteArrayOutputStream {
        Buffer(int size) {
            super(size);
        }

        Body body() {
            return new Body(buf, count);
        }
    }
}
