package dev.duet.delta;

import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.fs.s3a.S3AUtils;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Files of a bucket through S3A. A version of the log costs one PUT with {@code If-None-Match: *}, everything else one PUT; nothing
 * is asked before.
 */
final class S3FileIO extends TableFileIO {
    private static final int CONFLICT = 409;
    private static final int CONFLICT_TRIES = 4;

    private final S3AFileSystem files;

    S3FileIO(Map<String, String> settings, S3AFileSystem files) {
        super(settings);
        this.files = files;
    }

    @Override
    void replace(String path, Body body) throws IOException {
        put(path, body, true);
    }

    /**
     * A store may answer 409 instead of 412 while two such requests are under way (AWS: ConditionalRequestConflict), when neither has
     * won yet: ask again.
     */
    @Override
    void createNew(String path, Body body) throws IOException {
        for (int i = 1; ; i++) {
            try {
                put(path, body, false);
                return;
            } catch (IOException e) {
                if (i == CONFLICT_TRIES || statusCode(e) != CONFLICT) {
                    throw e;
                }
            }
        }
    }

    private void put(String path, Body body, boolean overwrite) throws IOException {
        FSDataOutputStreamBuilder<?, ?> create =
                files.createFile(new Path(path)).recursive().overwrite(overwrite);
        if (overwrite) {
            // One PUT; without it S3A asks HEAD and LIST before.
            create.must("fs.s3a.create.performance", true);
        } else {
            // "must", never "opt": S3A refuses instead of forgetting the condition.
            create.must("fs.option.create.conditional.overwrite", true);
        }
        // Nothing is sent before close().
        try (FSDataOutputStream out = create.build()) {
            out.write(body.bytes(), 0, body.size());
        }
    }

    private static int statusCode(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException answer) {
                return answer.statusCode();
            }
        }
        return 0;
    }

    @Override
    byte[] read(String path) throws IOException {
        try (FSDataInputStream in = open(files.openFile(new Path(path)), "whole-file")) {
            return in.readAllBytes();
        }
    }

    @Override
    FileStatus status(String path) throws IOException {
        org.apache.hadoop.fs.FileStatus status = files.getFileStatus(new Path(path));
        return FileStatus.of(path, status.getLen(), status.getModificationTime());
    }

    @Override
    InputFile open(String path, long size) {
        return new RemoteFile(path, size);
    }

    /**
     * Asks for the names from this one on: Hadoop's own listing would fetch the whole log, 30 days of versions, at each load of a
     * table.
     */
    @Override
    public CloseableIterator<FileStatus> listFrom(String path) throws IOException {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String directory = path.substring(0, path.length() - name.length());
        String bucket = files.getBucket();
        String prefix = directory.substring(("s3a://" + bucket + "/").length());
        S3Client client = client();
        List<FileStatus> found = new ArrayList<>();
        try {
            // startAfter is exclusive: the name without its last letter comes right before all that begin with the
            // name.
            ListObjectsV2Request request = ListObjectsV2Request.builder()
                    .bucket(bucket)
                    .prefix(prefix)
                    .delimiter("/")
                    .startAfter(prefix + name.substring(0, Math.max(0, name.length() - 1)))
                    .build();
            for (S3Object object : client.listObjectsV2Paginator(request).contents()) {
                String file = object.key().substring(prefix.length());
                if (!file.isEmpty() && file.compareTo(name) >= 0) {
                    found.add(FileStatus.of(
                            directory + file,
                            object.size(),
                            object.lastModified().toEpochMilli()));
                }
            }
            if (found.isEmpty() && isMissing(client, bucket, prefix)) {
                throw new FileNotFoundException(directory);
            }
        } catch (SdkException e) {
            throw S3AUtils.translateException("list", directory, e);
        }
        return Iterators.closeable(found.iterator());
    }

    @Override
    List<String> below(String directory) throws IOException {
        String bucket = files.getBucket();
        String prefix = directory.substring(("s3a://" + bucket + "/").length()) + "/";
        try {
            return client()
                    .listObjectsV2Paginator(ListObjectsV2Request.builder()
                            .bucket(bucket)
                            .prefix(prefix)
                            .build())
                    .contents()
                    .stream()
                    .map(object -> directory + "/" + object.key().substring(prefix.length()))
                    .toList();
        } catch (SdkException e) {
            throw S3AUtils.translateException("list", directory, e);
        }
    }

    private static boolean isMissing(S3Client client, String bucket, String prefix) {
        return client.listObjectsV2(
                        request -> request.bucket(bucket).prefix(prefix).maxKeys(1))
                .contents()
                .isEmpty();
    }

    /** There are no directories, and S3A's way to pretend some costs eight requests. */
    @Override
    public boolean mkdirs(String path) {
        return true;
    }

    /** Not S3A's own, which asks before and puts a marker for the directory afterwards. */
    @Override
    public boolean delete(String path) throws IOException {
        String bucket = files.getBucket();
        String key = path.substring(("s3a://" + bucket + "/").length());
        try {
            client().deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw S3AUtils.translateException("delete", path, e);
        }
        return true;
    }

    private S3Client client() {
        return files.getS3AInternals().getAmazonS3Client("requests that S3A wraps into others");
    }

    private static FSDataInputStream open(FutureDataInputStreamBuilder builder, String policy) throws IOException {
        try {
            return builder.opt("fs.option.openfile.read.policy", policy).build().get();
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a file was opened");
        }
    }

    private final class RemoteFile implements InputFile {
        private final String path;
        private final long size;

        RemoteFile(String path, long size) {
            this.path = path;
            this.size = size;
        }

        @Override
        public long length() throws IOException {
            return size > 0 ? size : status(path).getSize();
        }

        @Override
        public String path() {
            return path;
        }

        @Override
        public SeekableInputStream newStream() throws IOException {
            FutureDataInputStreamBuilder builder = files.openFile(new Path(path));
            if (size > 0) {
                builder.opt("fs.option.openfile.length", Long.toString(size));
            }
            boolean log = path.endsWith(".json") || path.endsWith(".crc");
            return new RemoteStream(S3FileIO.open(builder, log ? "whole-file" : "random"));
        }
    }

    private static final class RemoteStream extends SeekableInputStream {
        private final FSDataInputStream in;

        RemoteStream(FSDataInputStream in) {
            this.in = in;
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return in.read(target, offset, length);
        }

        @Override
        public void readFully(byte[] target, int offset, int length) throws IOException {
            in.readFully(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
