package dev.duet.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.duet.change.Op;
import dev.duet.change.TableId;
import io.debezium.outbox.quarkus.ExportedEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Rows of one table are in both copies.
 *
 * <pre>
 * aggregatetype  the pipeline's name with ".deliveries": the topic that the connector sends it to
 * aggregateid    schema.table: the record's key
 * type           delivered
 * payload        {"pipeline":"funds","table":{"schema":"public","name":"orders"},
 *                 "partitions":[{"topic":"pgsrc.public.orders","partition":0,"from":100,"to":250}],
 *                 "rows":{"c":120,"u":30},"firstLsn":..,"lastLsn":..,"firstCommit":"..Z","lastCommit":"..Z",
 *                 "deltaVersion":17,"delivered":"..Z"}
 * </pre>
 */
final class DeliveryEvent implements ExportedEvent<String, String> {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long MICROS = 1_000_000;

    private final String pipeline;
    private final TableId table;
    private final Instant delivered;
    private final List<Summary> ranges = new ArrayList<>();
    private final Summary.Counts counts = new Summary.Counts();
    private OptionalLong deltaVersion = OptionalLong.empty();

    DeliveryEvent(String pipeline, TableId table, Instant delivered) {
        this.pipeline = pipeline;
        this.table = table;
        this.delivered = delivered;
    }

    /** Adds a piece that holds rows of the table; pieces of a partition follow each other. */
    void add(Summary piece, Summary.Counts of) {
        counts.add(of);
        if (!ranges.isEmpty()) {
            Summary last = ranges.getLast();
            if (last.partition().equals(piece.partition()) && last.nextOffset() == piece.firstOffset()) {
                ranges.removeLast();
                ranges.add(new Summary(piece.partition(), last.firstOffset(), piece.nextOffset(), piece.tables()));
                return;
            }
        }
        ranges.add(piece);
    }

    /** @param version one at which the rows are readable in Delta; empty if this process does not know one */
    void readableAt(OptionalLong version) {
        deltaVersion = version;
    }

    @Override
    public String getAggregateId() {
        return table.toString();
    }

    @Override
    public String getAggregateType() {
        return pipeline + ".deliveries";
    }

    @Override
    public String getType() {
        return "delivered";
    }

    @Override
    public Instant getTimestamp() {
        return delivered;
    }

    @Override
    public String getPayload() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("pipeline", pipeline);
            json.writeObjectFieldStart("table");
            json.writeStringField("schema", table.schema());
            json.writeStringField("name", table.table());
            json.writeEndObject();
            json.writeArrayFieldStart("partitions");
            for (Summary range : ranges) {
                json.writeStartObject();
                json.writeStringField("topic", range.partition().topic());
                json.writeNumberField("partition", range.partition().partition());
                json.writeNumberField("from", range.firstOffset());
                json.writeNumberField("to", range.nextOffset());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("rows");
            for (Op op : Op.values()) {
                if (counts.byOp[op.ordinal()] > 0) {
                    json.writeNumberField(op.code(), counts.byOp[op.ordinal()]);
                }
            }
            json.writeEndObject();
            json.writeNumberField("firstLsn", counts.minLsn);
            json.writeNumberField("lastLsn", counts.maxLsn);
            json.writeStringField("firstCommit", time(counts.minMicros));
            json.writeStringField("lastCommit", time(counts.maxMicros));
            if (deltaVersion.isPresent()) {
                json.writeNumberField("deltaVersion", deltaVersion.getAsLong());
            }
            json.writeStringField("delivered", delivered.toString());
            json.writeEndObject();
        } catch (IOException e) { // a StringWriter has none
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String time(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000L)
                .toString();
    }
}
