package dev.duet.delta;

import java.io.IOException;

/** The store below a root. Thread-safe. */
interface Storage extends AutoCloseable {
    /** The root without a slash at its end, as Kernel wants its paths to begin. */
    String root();

    /** The store for messages, without secrets: {@code s3a://lake/cdc at http://minio:9000}. */
    String describe();

    /** What reads and writes the files of one table. */
    TableFileIO fileIO();

    @Override
    void close() throws IOException;

    /**
     * Opens the store that the configuration names. Blocks, but asks the store nothing yet.
     *
     * @throws IllegalArgumentException if the configuration can't be used; names the key and the fix
     */
    static Storage open(DeltaConfig config) throws IOException {
        String root = root(config);
        return root.startsWith("file:") ? new LocalStorage(root, config) : S3Storage.open(root, config);
    }

    /**
     * The configured root in normal form, {@code file:/path} or {@code s3a://bucket/path}.
     *
     * @throws IllegalArgumentException if it is none; names the key and the fix
     */
    static String root(DeltaConfig config) {
        String root = config.root().orElse("").strip().replaceAll("/+$", "");
        boolean s3 = root.matches("s3a://[a-z0-9][a-z0-9._-]+(/[^/?#%\\s]+)*");
        boolean file = root.matches("file:(//)?/[^/?#%\\s][^?#%\\s]*");
        if ((!s3 && !file) || (root + "/").contains("/../")) {
            throw new IllegalArgumentException("duet.delta.root is '" + root
                    + "': it must be s3a://bucket/path (any S3 store) or file:///path, an absolute path without '..', '%',"
                    + " '?', '#' or blanks. " + advice(root));
        }
        return file ? "file:" + root.substring("file:".length()).replaceAll("/+", "/") : root;
    }

    private static String advice(String root) {
        if (root.startsWith("s3://") || root.startsWith("s3n://")) {
            return "Write s3a: instead of " + root.substring(0, root.indexOf(':') + 1) + '.';
        }
        return root.startsWith("/") ? "Write file://" + root + '.' : "Set it to something like s3a://lake/cdc.";
    }
}
