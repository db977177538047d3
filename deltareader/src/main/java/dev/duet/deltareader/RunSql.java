package dev.duet.deltareader;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;

/// Another engine at work on Duet's tables: runs Spark SQL statements, one a line, and answers each with a line `done`,
/// or
/// `failed: why`. Ends with its input.
final class RunSql {

    private RunSql() {}

    static void run(SparkSession spark, InputStream in, PrintStream out) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String sql = lines.readLine(); sql != null; sql = lines.readLine()) {
            out.println(answer(spark, sql));
            out.flush();
        }
    }

    private static String answer(SparkSession spark, String sql) {
        try {
            spark.sql(sql).collectAsList();
            return "done";
        } catch (Exception e) { // Scala throws checked ones undeclared
            return ("failed: " + e).replaceAll("\\s+", " ");
        }
    }
}
