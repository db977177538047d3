package dev.duet.delta;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.UUID;

/**
 * Checks before the first write that the store honours a conditional PUT. Many S3-compatible stores ignore {@code If-None-Match}; on
 * them two writers would overwrite each other's commits without an error, which nothing later could notice.
 */
final class StorageProbe {
    private StorageProbe() {}

    /**
     * @throws IllegalStateException if the store let the same key be created twice
     * @throws IOException if the store can't be reached
     */
    static void check(Storage storage) throws IOException {
        TableFileIO io = storage.fileIO();
        String path = storage.root() + "/_duet_probe/" + UUID.randomUUID();
        io.create(path, body("first"));
        try {
            try {
                io.create(path, body("second"));
            } catch (FileAlreadyExistsException honoured) {
                return;
            }
            throw new IllegalStateException("The store " + storage.describe() + " ignores conditional writes"
                    + " (If-None-Match: *): the key " + path + " could be created twice. Two writers would lose commits"
                    + " there without noticing, so nothing is written. Use a store or a version that supports it (AWS S3,"
                    + " MinIO, Ceph 19, Cloudflare R2, ...), and look for a proxy in between that drops the header.");
        } finally {
            io.delete(path);
        }
    }

    private static TableFileIO.Body body(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TableFileIO.Body(bytes, bytes.length);
    }
}
