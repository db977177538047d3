package dev.duet.deltareader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/// The forms that the tables of `ReadDeltaIT` do not hold.
class RowJsonTest {

    @Test
    void structsMapsAndLocalTimestamps() throws Exception {
        StructType point = new StructType().add("x", "long").add("y", "decimal(20,3)");
        Row row = row(point, Long.MIN_VALUE, new BigDecimal("1E+3"));
        assertEquals("""
                {"p":{"x":-9223372036854775808,"y":"1000"}}""", json(new StructType().add("p", point), row));
        assertEquals(
                """
                {"p":[{"x":-9223372036854775808,"y":"1000"},null]}""",
                json(
                        new StructType().add("p", "array<struct<x:bigint,y:decimal(20,3)>>"),
                        CollectionConverters.asScala(java.util.Arrays.asList(row, null))));
        assertEquals(
                """
                {"m":[{"key":"a","value":1}]}""", json(new StructType().add("m", "map<string,int>"), CollectionConverters.asScala(Map.of("a", 1))));
        assertEquals("""
                {"t":"2026-01-31T00:00:00.000000"}""", json(new StructType().add("t", "timestamp_ntz"), LocalDateTime.of(2026, 1, 31, 0, 0)));
        assertEquals("""
                {"f":"-Infinity"}""", json(new StructType().add("f", "float"), Float.NEGATIVE_INFINITY));
        assertEquals(
                """
                {"a":[[1],[]]}""",
                json(
                        new StructType().add("a", "array<array<int>>"),
                        CollectionConverters.asScala(List.of(
                                CollectionConverters.asScala(List.of(1)), CollectionConverters.asScala(List.of())))));
    }

    private static Row row(StructType schema, Object... values) {
        return new GenericRowWithSchema(values, schema);
    }

    private static String json(StructType schema, Object value) throws Exception {
        StringWriter text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            RowJson.write(row(schema, value), schema, json);
        }
        return text.toString();
    }
}
