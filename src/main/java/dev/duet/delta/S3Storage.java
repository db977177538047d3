package dev.duet.delta;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.s3a.S3AFileSystem;

/** A bucket, through one S3A file system of its own (Hadoop's cache would hand out one that was made with other settings). */
final class S3Storage implements Storage {
    private final String root;
    private final String description;
    private final Map<String, String> settings;
    private final S3AFileSystem files;

    private S3Storage(String root, String description, Map<String, String> settings, S3AFileSystem files) {
        this.root = root;
        this.description = description;
        this.settings = settings;
        this.files = files;
    }

    static S3Storage open(String root, DeltaConfig config) throws IOException {
        String description = root + " at "
                + config.s3().endpoint().orElse("AWS " + config.s3().region());
        Configuration configuration = configuration(config);
        S3AFileSystem files = new S3AFileSystem();
        files.initialize(URI.create(root), configuration);
        return new S3Storage(root, description, KernelSettings.of(config), files);
    }

    /** Everything that S3A asks for: neither core-default.xml nor core-site.xml is read. */
    static Configuration configuration(DeltaConfig config) {
        DeltaConfig.S3 s3 = config.s3();
        Configuration conf = new Configuration(false);
        conf.set("fs.s3a.impl", S3AFileSystem.class.getName());
        s3.endpoint().ifPresent(endpoint -> {
            conf.set("fs.s3a.endpoint", endpoint);
            conf.setBoolean("fs.s3a.connection.ssl.enabled", !endpoint.startsWith("http:"));
        });
        conf.set("fs.s3a.endpoint.region", s3.region());
        conf.setBoolean("fs.s3a.path.style.access", s3.pathStyleAccess());
        credentials(s3, conf);
        // No disk: blocks of an upload are gathered in memory, each open stream takes one of this size.
        conf.set("fs.s3a.fast.upload.buffer", "bytebuffer");
        conf.set("fs.s3a.multipart.size", "8M");
        conf.setInt("fs.s3a.bucket.probe", 0);
        conf.setBoolean("fs.s3a.audit.enabled", false);
        // The simplest stream: files are read whole or, checkpoints, in a few ranges.
        conf.set("fs.s3a.input.stream.type", "classic");
        conf.setInt("fs.s3a.connection.maximum", 16);
        conf.setInt("fs.s3a.threads.max", 8);
        conf.setBoolean("fs.s3a.connection.expect.continue", false);
        limits(s3, conf);
        config.hadoop().forEach(conf::set);
        return conf;
    }

    private static void credentials(DeltaConfig.S3 s3, Configuration conf) {
        if (s3.accessKey().isPresent() != s3.secretKey().isPresent()) {
            throw new IllegalArgumentException("duet.delta.s3.access-key and duet.delta.s3.secret-key belong together:"
                    + " set both, or neither to use AWS's default credentials chain.");
        }
        if (s3.accessKey().isPresent()) {
            conf.set("fs.s3a.access.key", s3.accessKey().get());
            conf.set("fs.s3a.secret.key", s3.secretKey().orElseThrow());
            conf.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        } else {
            conf.set(
                    "fs.s3a.aws.credentials.provider",
                    "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider");
        }
    }

    /**
     * Bounds on how long a store may keep a writer waiting. The SDK sends a request three times at most, S3A asks the SDK twice: a
     * refused connection or a 5xx fails after some seconds, a silent store after two request timeouts. The lane tries again.
     */
    private static void limits(DeltaConfig.S3 s3, Configuration conf) {
        String limit = s3.requestTimeout().toMillis() + "ms";
        conf.setInt("fs.s3a.attempts.maximum", 3);
        conf.setInt("fs.s3a.retry.limit", 1);
        conf.set("fs.s3a.retry.interval", "250ms");
        conf.setInt("fs.s3a.retry.throttle.limit", 3);
        conf.set("fs.s3a.retry.throttle.interval", "250ms");
        conf.set("fs.s3a.connection.request.timeout", limit);
        conf.set("fs.s3a.connection.part.upload.timeout", limit);
        conf.set("fs.s3a.connection.timeout", limit);
        conf.set("fs.s3a.connection.establish.timeout", "15s");
        conf.set("fs.s3a.connection.acquisition.timeout", limit);
    }

    @Override
    public String root() {
        return root;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public TableFileIO fileIO() {
        return new S3FileIO(settings, files);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
