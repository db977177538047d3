package dev.duet.delta;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The Delta sink's configuration. Every key but {@code duet.delta.root} has a default. */
@ConfigMapping(prefix = "duet.delta")
public interface DeltaConfig {
    /**
     * Where the tables live: {@code s3a://bucket/path} or {@code file:///path}. No default: a wrong guess would write a change log
     * where nobody looks for it. The store must honour {@code If-None-Match: *} (it is checked before the first write).
     */
    Optional<String> root();

    /**
     * The path of a table below the root, from {@code {schema}} and {@code {table}} of the source. Default
     * {@code {schema}/{table}}: tables of one name in two schemas stay apart. Other characters than letters, digits, {@code _} and
     * {@code -} of the source's names are written as {@code !} and four hexadecimal digits.
     */
    @WithDefault("{schema}/{table}")
    String table();

    /**
     * The longest time for which changes gather before they are committed. Default 10s: 8640 versions and files a day for a table
     * that never rests; shorter means fresher tables and more small files. Read by the sink's lane.
     */
    @WithDefault("10s")
    Duration commitInterval();

    /** Rows that are committed at once at most, whatever the interval says. Default 200000. Read by the sink's lane. */
    @WithDefault("200000")
    int maxBatchRows();

    /**
     * Memory that a batch may hold at most, with K, M or G. Default 32M: a Parquet file of some megabytes, and a heap that a small
     * container has. Read by the sink's lane.
     */
    @WithDefault("32M")
    MemorySize maxBatchBytes();

    /**
     * The partition column of tables that Duet creates: {@code __date} (the UTC date of the source's commit; the default, so that
     * readers and retention work by day) or {@code none}. Existing tables keep what they have.
     */
    @WithDefault("__date")
    String partitionBy();

    /**
     * Versions between two checkpoints of tables that Duet creates. Default 100: a checkpoint costs about as much as a hundred
     * commits, and a reader without one reads at most this many small files.
     */
    @WithDefault("100")
    int checkpointInterval();

    /**
     * Memory that a Parquet row group under construction may take, with K, M or G. Default 32M, as much as a batch: one row group for
     * each file, as readers like it.
     */
    @WithDefault("32M")
    MemorySize rowGroupBytes();

    /**
     * Changes that {@code duet read --current} holds in memory at once, about; the log is read once for each such part. Default 100000:
     * with rows of a kilobyte about a hundred megabytes.
     */
    @WithDefault("100000")
    long readPartRows();

    /** Tables that are kept open (a snapshot of some kilobytes each). Default 256; more are opened again when they are needed. */
    @WithDefault("256")
    int maxOpenTables();

    /** Tables that are written at the same time. Default 2: Parquet is CPU work, the rest waiting for the store. */
    @WithDefault("2")
    int writers();

    /**
     * How long a writer may go on without looking whether its table's log is still there (a folder that was deleted meanwhile). Default
     * 30s; a look costs one small request after a commit. Zero: after each commit.
     */
    @WithDefault("30s")
    Duration logCheckInterval();

    /**
     * What is written for infinity and -infinity in a date or timestamp, and for timestamps from 294247-01-10 on, which Delta's types
     * don't have: {@code extreme}, the type's last or first value (the default: it sorts as infinity does), {@code null}, or {@code stop},
     * which stops the table.
     */
    @WithDefault("extreme")
    NonFiniteForm.Infinity infinity();

    /**
     * What is written for a column that TOAST left out of an update: {@code listed}, null with the column's name in {@code __unchanged}
     * (the default), or {@code mirror}, the value that the mirror holds, as far as it is known to be the one of that moment; the rest is
     * listed. With {@code mirror} the Delta sink follows the PostgreSQL sink and stands still when that does.
     */
    @WithDefault("listed")
    UnchangedForm unchangedColumns();

    /**
     * What is written for NaN in a numeric(p,s), which Delta's decimal doesn't have: {@code stop} (the default) stops the table, {@code
     * null} writes null. A numeric without a precision is text in Delta and keeps NaN.
     */
    @WithDefault("stop")
    NonFiniteForm.Nan nan();

    /** The S3 store, for roots {@code s3a:}. */
    S3 s3();

    /**
     * Further Hadoop settings by their own names, for what the keys above don't cover: {@code duet.delta.hadoop."fs.s3a.proxy.host"}.
     * They win over Duet's. No default.
     */
    Map<String, String> hadoop();

    /** Access to the S3 store. */
    interface S3 {
        /** The store's URL, such as {@code http://minio:9000}. Default: AWS's for the region. */
        Optional<String> endpoint();

        /** The region for signatures. Default us-east-1, which most other stores than AWS take. */
        @WithDefault("us-east-1")
        String region();

        /** Whether the bucket stands in the path and not in the host's name. Default false, as AWS wants it; most others want true. */
        @WithDefault("false")
        boolean pathStyleAccess();

        /** The access key. Without it AWS's default chain is asked: environment, profile, web identity, container, instance. */
        Optional<String> accessKey();

        /** The secret of the access key. Both or neither. */
        Optional<String> secretKey();

        /**
         * The longest time that one request may take, retries of the SDK included. Default 20s, at least 15s (S3A's own floor): a
         * store that is silent for longer counts as unreachable, and the batch is tried again.
         */
        @WithDefault("20s")
        Duration requestTimeout();
    }
}
