package dev.duet.verify;

import dev.duet.inspect.KeyHash;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.RowKey;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Temporary files of keys and hashes, never of values other than the keys', in parts by the key: all that is known of one key is in the
 * parts of one number, and each part fits into memory. Only this user may read them; they are deleted at the end, and by the system if it
 * clears its temporary folder.
 */
final class PartFiles implements AutoCloseable {
    private static final int ROWS_OF_PART = 100_000;
    private static final int MAX_PARTS = 1024;
    private static final int BUFFER = 8192;

    private final Path directory;
    private final String name;
    private final List<DataOutputStream> outputs = new ArrayList<>();

    private PartFiles(Path directory, String name, int parts) throws IOException {
        this.directory = directory;
        this.name = name;
        for (int i = 0; i < parts; i++) {
            outputs.add(new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path(i)), BUFFER)));
        }
    }

    /** How many parts hold so many rows. */
    static int parts(long rows) {
        return (int) Math.clamp(rows / ROWS_OF_PART + 1, 1, MAX_PARTS);
    }

    static PartFiles in(Path directory, String name, int parts) {
        try {
            return new PartFiles(directory, name, parts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path path(int part) {
        return directory.resolve(name + "-" + part);
    }

    int parts() {
        return outputs.size();
    }

    private DataOutputStream output(RowKey key) {
        int hash = key.hashCode();
        return outputs.get(Math.floorMod(hash ^ (hash >>> 16), outputs.size()));
    }

    void add(KeyHash row) {
        try {
            DataOutputStream to = output(row.key());
            write(to, row.key());
            to.writeLong(row.hash());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(RowKey key, LoggedChange change) {
        try {
            DataOutputStream to = output(key);
            write(to, key);
            to.writeByte(change.op().charAt(0));
            to.writeInt(change.partition());
            to.writeLong(change.offset());
            to.writeLong(change.lsn());
            to.writeLong(change.tsMillis());
            to.writeBoolean(change.late());
            to.writeLong(change.rest());
            to.writeBoolean(change.known());
            to.writeShort(change.separate().size());
            for (String hash : change.separate()) {
                to.writeUTF(hash == null ? "" : hash);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void readRows(int part, Consumer<KeyHash> to) {
        read(part, in -> to.accept(new KeyHash(key(in), in.readLong())));
    }

    void readChanges(int part, Consumer<LoggedChange> to) {
        read(part, in -> to.accept(change(in)));
    }

    private static LoggedChange change(DataInputStream in) throws IOException {
        RowKey key = key(in);
        String op = Character.toString(in.readByte());
        int partition = in.readInt();
        long offset = in.readLong();
        long lsn = in.readLong();
        long tsMillis = in.readLong();
        boolean late = in.readBoolean();
        long rest = in.readLong();
        boolean known = in.readBoolean();
        int size = in.readShort();
        List<@Nullable String> separate = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            String hash = in.readUTF();
            separate.add(hash.isEmpty() ? null : hash);
        }
        return new LoggedChange(op, key, partition, offset, lsn, tsMillis, late, rest, known, separate);
    }

    private interface Taker {
        void take(DataInputStream in) throws IOException;
    }

    private void read(int part, Taker taker) {
        try {
            outputs.get(part).flush();
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(path(part)), 1 << 16))) {
                in.mark(1);
                while (in.read() >= 0) {
                    in.reset();
                    taker.take(in);
                    in.mark(1);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(DataOutputStream to, RowKey key) throws IOException {
        to.writeShort(key.values().size());
        for (String value : key.values()) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            to.writeInt(bytes.length);
            to.write(bytes);
        }
    }

    private static RowKey key(DataInputStream in) throws IOException {
        int size = in.readShort();
        List<String> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
        return new RowKey(values);
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < outputs.size(); i++) {
                Objects.requireNonNull(outputs.get(i)).close();
                Files.deleteIfExists(path(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
