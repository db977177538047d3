package dev.duet.devstack;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/// s3proxy over a folder: a bucket is a folder, an object a file. A PUT with `If-None-Match: *` has one winner.
final class S3Server implements Part {

    static final String BUCKET = "lake";
    static final String REGION = "us-east-1";
    static final String ACCESS_KEY = "local";
    static final String SECRET_KEY = "locallocal";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path data;
    private final String endpoint;
    private S3Proxy server;

    S3Server(Path data, int port) {
        this.data = data;
        this.endpoint = "http://" + Ports.HOST + ":" + port;
    }

    Status.S3 status() {
        return new Status.S3(endpoint, BUCKET, REGION, ACCESS_KEY, SECRET_KEY, data.toString());
    }

    @Override
    public String start() throws Exception {
        Files.createDirectories(data.resolve(BUCKET));
        Properties store = new Properties();
        store.setProperty("jclouds.filesystem.basedir", data.toString());
        server = S3Proxy.builder()
                .blobStore(BlobStores.create("filesystem", store))
                .endpoint(URI.create(endpoint))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                .build();
        server.start();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!server.getState().equals("STARTED")) {
            if (System.nanoTime() > deadline) {
                throw new StackFailure("s3 is " + server.getState() + " after " + START_LIMIT.toSeconds() + " s");
            }
            Thread.sleep(5);
        }
        return endpoint;
    }

    @Override
    public void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
    }
}
