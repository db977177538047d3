package dev.duet.deltareader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/// Writes one table as `<i>.ndjson` and, after it, `<i>.meta.json`. Rows are streamed, in no promised order.
final class TableReader {

    private static final JsonFactory JSON = new JsonFactory().setRootValueSeparator(null);

    private final SparkSession spark;
    private final Path out;

    TableReader(SparkSession spark, Path out) {
        this.spark = spark;
        this.out = out;
    }

    static Path meta(Path out, int index) {
        return out.resolve(index + ".meta.json");
    }

    /// @param version the version to read; without it the latest at the moment of the call, so that rows and meta data
    ///     agree although somebody writes the table meanwhile
    void read(int index, String path, OptionalLong version) throws IOException {
        DeltaTable table = DeltaTable.forPath(spark, path);
        List<Row> history = table.history().select("version", "operation").collectAsList(); // latest first
        long latest = history.getFirst().getLong(0);
        long read = version.orElse(latest);
        Dataset<Row> data =
                spark.read().format("delta").option("versionAsOf", read).load(path);
        long rows = rows(data, out.resolve(index + ".ndjson"));
        Row detail = table.detail()
                .select("partitionColumns", "minReaderVersion", "minWriterVersion", "tableFeatures")
                .first();
        try (JsonGenerator json = generator(meta(out, index))) {
            json.writeStartObject();
            json.writeNumberField("version", latest);
            json.writeNumberField("readVersion", read);
            json.writeFieldName("schema");
            json.writeRawValue(data.schema().json());
            strings("partitionColumns", detail.getList(0), json);
            json.writeNumberField("rows", rows);
            json.writeNumberField("minReaderVersion", detail.getInt(1));
            json.writeNumberField("minWriterVersion", detail.getInt(2));
            strings("tableFeatures", detail.getList(3), json);
            history(history, json);
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static long rows(Dataset<Row> data, Path file) throws IOException {
        StructType schema = data.schema();
        long rows = 0;
        try (JsonGenerator json = generator(file)) {
            for (Iterator<Row> it = data.toLocalIterator(); it.hasNext(); rows++) {
                RowJson.write(it.next(), schema, json);
                json.writeRaw('\n');
            }
        }
        return rows;
    }

    private static void strings(String name, List<String> values, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static void history(List<Row> history, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("history");
        for (Row commit : history.reversed()) {
            json.writeStartObject();
            json.writeNumberField("version", commit.getLong(0));
            json.writeStringField("operation", commit.getString(1));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static JsonGenerator generator(Path file) throws IOException {
        return JSON.createGenerator(Files.newBufferedWriter(file, StandardCharsets.UTF_8));
    }
}
