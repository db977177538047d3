package dev.duet.bench;

import dev.duet.Checks;
import dev.duet.EmbeddedStack;
import dev.duet.FundHistory;
import dev.duet.OwnPostgres;
import dev.duet.ServiceProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What the positions cost, of a real drain: the server's own account (pg_stat_statements) of the statements on {@code duet.position}, and
 * the conditional PUT against a plain one, in alternation. The service has no switch that turns positions off: the difference of two
 * drains, some percent, would drown in their scatter, and such a switch is a way to lose money.
 */
final class ExactlyOnceCost {
    private static final String DATABASE = "cost";
    private static final int PARTITIONS = 4;
    private static final int PUTS = 200;

    private ExactlyOnceCost() {}

    static Map<String, Object> measure(EmbeddedStack stack, int keys, int events, int rounds) throws Exception {
        List<Double> shareOfServer = new ArrayList<>();
        List<Double> shareOfDrain = new ArrayList<>();
        List<Long> commits = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        double domainShare = 0;
        for (int round = 0; round < rounds; round++) {
            String name = "cost" + round + Long.toString(System.nanoTime(), 36);
            try (OwnPostgres server = OwnPostgres.start(
                            stack,
                            "shared_preload_libraries=pg_stat_statements",
                            "pg_stat_statements.track_planning=on");
                    FundHistory history =
                            new FundHistory(stack.bootstrapServers(), name, "fund_metadata", PARTITIONS, 1)) {
                server.execute(
                        "postgres",
                        "create role duet login password '" + OwnPostgres.password() + "'",
                        "create database " + DATABASE + " owner duet");
                server.execute(DATABASE, "create extension pg_stat_statements");
                history.snapshot(keys);
                history.changes(events - keys);
                seconds.add(drain(stack, server, history, name, commits));
                double own = millis(server, "where query ilike '%duet.position%'");
                shareOfServer.add(own / millis(server, ""));
                shareOfDrain.add(own / 1000 / seconds.getLast());
                domainShare = domainShare(Path.of(stack.s3Directory(), name, "public/fund_metadata/_delta_log"));
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("rounds", rounds);
        result.put("drainSeconds", Drain.round(median(seconds)));
        result.put("positionsOfPostgresTimePercent", percent(median(shareOfServer)));
        result.put("positionsOfDrainPercent", percent(median(shareOfDrain)));
        result.put("positionsOfDeltaLogBytesPercent", percent(domainShare));
        puts(stack, result, commits.getLast(), seconds.getLast());
        System.out.println("exactly-once cost: " + result);
        return result;
    }

    private static double drain(
            EmbeddedStack stack, OwnPostgres server, FundHistory history, String name, List<Long> commits)
            throws Exception {
        Map<String, String> settings =
                ServiceProcess.settings(stack, name, DATABASE, "s3a://" + stack.s3Bucket() + "/" + name);
        settings.remove("duet.delta.commit-interval");
        settings.put("quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + server.port() + "/" + DATABASE);
        settings.put("quarkus.datasource.password", OwnPostgres.password());
        settings.put("duet.source.topics", history.topic());
        settings.put("duet.source.columns.\"public.fund_metadata\"", FundHistory.COLUMNS);
        try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                Connection connection = server.connect(DATABASE, "duet")) {
            long start = System.nanoTime();
            Checks.awaitDelivered(connection, name, history.topic(), history.written(), Duration.ofMinutes(15));
            double seconds = (System.nanoTime() - start) / 1e9;
            commits.add(Math.round(service.metric("duet_write_seconds_count", "sink=\"delta\"")));
            return seconds;
        }
    }

    /** Milliseconds that the server planned and executed. */
    private static double millis(OwnPostgres server, String where) throws Exception {
        return Double.parseDouble(server.query(
                DATABASE,
                "select coalesce(sum(total_exec_time + total_plan_time), 0) from pg_stat_statements s join pg_roles r"
                        + " on r.oid = s.userid and r.rolname = 'duet' " + where));
    }

    /** How much of the log's bytes the positions are. */
    private static double domainShare(Path log) throws Exception {
        long all = 0;
        long domains = 0;
        try (Stream<Path> files = Files.list(log)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    all += line.length();
                    domains += line.startsWith("{\"domainMetadata\"") ? line.length() : 0;
                }
            }
        }
        return all == 0 ? 0 : (double) domains / all;
    }

    private static void puts(EmbeddedStack stack, Map<String, Object> result, long commits, double seconds) {
        List<Double> plain = new ArrayList<>();
        List<Double> conditional = new ArrayList<>();
        RequestBody body = RequestBody.fromString("x".repeat(2000));
        try (S3Client client = S3Client.builder()
                .endpointOverride(URI.create(stack.s3Endpoint()))
                .region(Region.of(stack.s3Region()))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(stack.s3AccessKey(), stack.s3SecretKey())))
                .build()) {
            for (int i = 0; i < 2 * PUTS; i++) {
                String key = "cost-puts/" + i;
                boolean asks = i % 2 == 0;
                long start = System.nanoTime();
                var unused = client.putObject(
                        put -> put.bucket(stack.s3Bucket()).key(key).ifNoneMatch(asks ? "*" : null), body);
                (asks ? conditional : plain).add((System.nanoTime() - start) / 1e6);
            }
        }
        result.put("plainPutMs", median(plain));
        result.put("conditionalPutMs", median(conditional));
        result.put(
                "conditionalPutsOfDrainPercent",
                percent((median(conditional) - median(plain)) / 1000 * commits / seconds));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static double percent(double share) {
        return Math.round(share * 10_000) / 100.0;
    }
}
