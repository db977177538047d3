package dev.duet.deltareader;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/// The command: reads Delta tables with Delta's Spark reader and writes rows and meta data as JSON, or runs statements
/// (README.md).
/// Exit code 0, or 1 with one line on standard error.
public final class ReadDelta {

    private ReadDelta() {}

    public static void main(String... args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        String what = "arguments";
        Arguments arguments = null;
        try {
            arguments = Arguments.parse(args);
            if (arguments.sql()) {
                what = "Spark";
                try (SparkSession spark = session(arguments)) {
                    RunSql.run(spark, System.in, System.out);
                }
                return 0;
            }
            Files.createDirectories(arguments.out());
            for (int i = 0; i < arguments.tables().size(); i++) { // a failed run leaves no meta data of an earlier one
                Files.deleteIfExists(TableReader.meta(arguments.out(), i));
            }
            what = "Spark";
            try (SparkSession spark = session(arguments)) {
                TableReader reader = new TableReader(spark, arguments.out());
                for (int i = 0; i < arguments.tables().size(); i++) {
                    what = arguments.tables().get(i);
                    reader.read(i, what, arguments.version());
                }
            }
            return 0;
        } catch (Exception | LinkageError e) {
            System.err.println("deltareader: " + what + ": " + oneLine(e, arguments));
            return 1;
        }
    }

    private static String oneLine(Throwable failure, Arguments arguments) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        if (root != failure) {
            text += " <- " + root.getClass().getSimpleName() + ": " + root.getMessage();
        }
        if (arguments != null && arguments.s3().isPresent()) {
            Arguments.S3 s3 = arguments.s3().get();
            text = text.replace(s3.secretKey(), "***").replace(s3.accessKey(), "***");
        }
        return text.replaceAll("\\s+", " ");
    }

    private static SparkSession session(Arguments arguments) {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local[2]")
                .appName("deltareader")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
                .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
                .config(
                        "spark.sql.warehouse.dir",
                        Path.of(System.getProperty("java.io.tmpdir")).toUri().toString())
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.datetime.java8API.enabled", true)
                // files without Spark's marker hold proleptic Gregorian dates
                .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
                .config("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.databricks.delta.snapshotPartitions", 2)
                // many small files in one task, and no task's rows above some tens of megabytes in the driver
                .config("spark.sql.files.openCostInBytes", "64k")
                .config("spark.sql.files.maxPartitionBytes", "16m")
                .config("spark.driver.maxResultSize", 0)
                // statements of tests remove files that no engine would yet
                .config("spark.databricks.delta.retentionDurationCheck.enabled", false);
        arguments
                .s3()
                .ifPresent(s3 -> builder.config("spark.hadoop.fs.s3a.endpoint", s3.endpoint())
                        .config("spark.hadoop.fs.s3a.endpoint.region", s3.region())
                        .config("spark.hadoop.fs.s3a.access.key", s3.accessKey())
                        .config("spark.hadoop.fs.s3a.secret.key", s3.secretKey())
                        .config(
                                "spark.hadoop.fs.s3a.aws.credentials.provider",
                                "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider")
                        .config("spark.hadoop.fs.s3a.path.style.access", true)
                        .config(
                                "spark.hadoop.fs.s3a.connection.ssl.enabled",
                                s3.endpoint().startsWith("https:"))
                        .config("spark.hadoop.fs.s3a.bucket.probe", 0)
                        .config("spark.hadoop.fs.s3a.attempts.maximum", 3)
                        .config("spark.hadoop.fs.s3a.retry.limit", 3));
        return builder.getOrCreate();
    }
}
