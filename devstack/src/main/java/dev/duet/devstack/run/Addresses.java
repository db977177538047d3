package dev.duet.devstack.run;

import dev.duet.devstack.Status;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Where to look, for people: each address can be copied as it stands.
public final class Addresses {

    private Addresses() {}

    public static String text(Status status, Service service, Path data, double rate) {
        Status.Postgres postgres = status.postgres();
        Status.S3 s3 = status.s3();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Dashboard", service.url());
        lines.put(
                "Commands", "./duet status   ./duet verify   ./duet read public.fund_metadata --limit 5   ./duet help");
        lines.put("Source", psql(postgres, "demo", ServiceSettings.SOURCE_SCHEMA));
        lines.put("Mirror", psql(postgres, "duet", ServiceSettings.MIRROR_SCHEMA));
        lines.put("Delta", shortened(deltaFolder(s3)) + "  (" + String.join(", ", ServiceSettings.TABLES) + ")");
        lines.put("S3", s3.endpoint() + "  bucket " + s3.bucket() + ", region " + s3.region());
        lines.put("", "access key " + s3.accessKey() + ", secret key " + s3.secretKey() + ", path style");
        lines.put("Kafka", status.kafka().bootstrapServers() + "  topics pgsrc.public.*");
        lines.put("Connect", status.connect().url() + "/connectors/duet-source/status");
        if (status.registry() != null) {
            lines.put("Registry", status.registry().url() + "/apis/registry/v3/search/artifacts");
        }
        lines.put("Health", service.url() + "/q/health");
        lines.put("Metrics", service.url() + "/q/metrics");
        lines.put("Logs", shortened(service.logFile()) + "  " + shortened(data.resolve("logs")));
        String demo = rate == 0
                ? "No demo runs: change the source yourself. Ctrl-C stops everything."
                : "A demo changes the source " + number(rate) + " times a second. Ctrl-C stops everything.";
        return lines.entrySet().stream()
                .map(line -> String.format(Locale.ROOT, "  %-9s %s%n", line.getKey(), line.getValue()))
                .collect(Collectors.joining("", "\n", "\n" + demo + "\n" + LEGEND));
    }

    private static final String LEGEND = """
            behind: Kafka offsets not yet in both; +: changes since the line before; delay: source to PostgreSQL / to Delta.
            """;

    /// The folder that holds the table's folders.
    static Path deltaFolder(Status.S3 s3) {
        return Path.of(s3.directory(), s3.bucket(), ServiceSettings.PIPELINE, ServiceSettings.SOURCE_SCHEMA);
    }

    private static String psql(Status.Postgres postgres, String role, String schema) {
        return "psql \"postgresql://" + role + ":" + postgres.users().get(role).password() + "@" + postgres.host() + ":"
                + postgres.port() + "/" + postgres.database()
                + (schema.equals("public") ? "" : "?options=-csearch_path%3D" + schema) + "\"";
    }

    private static String number(double rate) {
        return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
    }

    /// Relative when it lies below the working directory.
    private static String shortened(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return (path.startsWith(here) ? here.relativize(path) : path).toString();
    }
}
