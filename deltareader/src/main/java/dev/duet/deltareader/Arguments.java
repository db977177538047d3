package dev.duet.deltareader;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The command line. With `sql` statements are read from standard input, else tables are read. `version` applies to
/// every table; without it each is read at its latest version.
record Arguments(boolean sql, List<String> tables, OptionalLong version, Path out, Optional<S3> s3) {

    static final String USAGE = "usage: (--sql stdin | --table URI [--table URI ...] [--version N] --out DIR)"
            + " [--endpoint URL --access-key K --secret-key S [--region R]]";

    record S3(String endpoint, String accessKey, String secretKey, String region) {
        @Override
        public String toString() {
            return "S3[" + endpoint + ", " + region + "]";
        }
    }

    /// @throws IllegalArgumentException with a message that names options only, never a value
    static Arguments parse(String... args) {
        boolean sql = false;
        List<String> tables = new ArrayList<>();
        OptionalLong version = OptionalLong.empty();
        Path out = null;
        String endpoint = null;
        String accessKey = null;
        String secretKey = null;
        String region = "us-east-1";
        for (int i = 0; i < args.length; i += 2) {
            String option = args[i];
            if (i + 1 == args.length) {
                throw new IllegalArgumentException("option without a value; " + USAGE);
            }
            String value = args[i + 1];
            switch (option) {
                case "--sql" -> sql = true;
                case "--table" -> tables.add(value);
                case "--version" -> version = OptionalLong.of(version(value));
                case "--out" -> out = Path.of(value);
                case "--endpoint" -> endpoint = value;
                case "--access-key" -> accessKey = value;
                case "--secret-key" -> secretKey = value;
                case "--region" -> region = value;
                default -> throw new IllegalArgumentException("unknown option; " + USAGE);
            }
        }
        if (!sql && (tables.isEmpty() || out == null)) {
            throw new IllegalArgumentException("--table and --out, or --sql, are needed; " + USAGE);
        }
        boolean anyS3 = endpoint != null || accessKey != null || secretKey != null;
        if (anyS3 && (endpoint == null || accessKey == null || secretKey == null)) {
            throw new IllegalArgumentException("--endpoint, --access-key and --secret-key go together; " + USAGE);
        }
        return new Arguments(
                sql,
                List.copyOf(tables),
                version,
                out,
                anyS3 ? Optional.of(new S3(endpoint, accessKey, secretKey, region)) : Optional.empty());
    }

    private static long version(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--version is not a number; " + USAGE, e);
        }
    }
}
