package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.TableId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a value that ExtractNewRecordState flattened its envelope back:
 *
 * <pre>
 * {"fund_id":1,"name":"A","__deleted":"false","__op":"u","__source_lsn":7,"__source_ts_ms":9}
 * {"after":{"fund_id":1,"name":"A"},"op":"u","source":{"schema":"public","table":"fund","lsn":7,"ts_ms":9}}
 * </pre>
 *
 * <p>The operation, the LSN, the time and {@code __deleted} must be there; schema and table come from the topic's name
 * {@code prefix.schema.table} where the record does not tell them. Each of the fields of {@code add.fields} may be written with
 * {@code source.} or without it. One more pass over the record: a plain envelope is cheaper.
 */
final class FlattenedRecord {
    private static final String PREFIX = "__";
    private static final List<String> SOURCE_FIELDS = List.of("schema", "table", "lsn", "txId", "ts_us", "ts_ms");

    private final Parsers parsers;

    FlattenedRecord(Parsers parsers) {
        this.parsers = parsers;
    }

    /** Whether a field is none of the row's. */
    static boolean isAdded(String field) {
        return field.equals("__op") || field.equals("__deleted") || sourceField(field) != null;
    }

    /** The field of Debezium's {@code source} that this one was, or null. */
    private static @Nullable String sourceField(String field) {
        if (!field.startsWith(PREFIX)) {
            return null;
        }
        String name = field.substring(field.startsWith("__source_") ? "__source_".length() : PREFIX.length());
        return SOURCE_FIELDS.contains(name) ? name : null;
    }

    /**
     * The envelope of the value, as JSON; null if it is an envelope already: ExtractNewRecordState leaves
     * alone what changes no row.
     *
     * @throws Unreadable if it is no object, or lacks what the envelope needs
     */
    byte @Nullable [] envelope(String topic, Payload value) throws Unreadable {
        JsonFactory json = parsers.json();
        ByteArrayOutputStream row = new ByteArrayOutputStream(value.to() - value.from());
        Found found = new Found();
        try (JsonParser parser = parsers.open(value);
                JsonGenerator columns = json.createGenerator(row)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Unreadable.malformed("value: expected " + value.objectForm());
            }
            columns.writeStartObject();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (isAdded(name)) {
                    found.put(name, parser);
                } else {
                    found.isEnvelope |= name.equals("source") && parser.currentToken() == JsonToken.START_OBJECT;
                    columns.writeFieldName(name);
                    copy(parser, columns);
                }
            }
            columns.writeEndObject();
            if (parser.nextToken() != null) {
                throw Unreadable.malformed("value: expected nothing behind the closing brace");
            }
        } catch (IOException e) {
            // Jackson's message quotes the text.
            throw Unreadable.malformed("value: expected " + value.form());
        }
        return found.isEnvelope && found.op == null ? null : found.envelope(json, topic, row.toByteArray());
    }

    /** Numbers keep their very text. */
    private static void copy(JsonParser parser, JsonGenerator to) throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isNumeric()) {
            to.writeNumber(parser.getText());
        } else if (token.isStructStart()) {
            to.copyCurrentStructureExact(parser);
        } else {
            to.copyCurrentEventExact(parser);
        }
    }

    /** What the fields beside the row say. */
    private static final class Found {
        private final List<String> names = new ArrayList<>();
        private final List<String> values = new ArrayList<>();
        private @Nullable String op;
        private @Nullable String deleted;
        private boolean isEnvelope;

        void put(String field, JsonParser parser) throws IOException, Unreadable {
            if (!parser.currentToken().isScalarValue()) {
                throw Unreadable.malformed(Unreadable.shown(field) + ": expected no object and no array");
            }
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            String source = sourceField(field);
            if (source != null) {
                names.add(source);
                values.add(parser.getText());
            } else if (field.equals("__op")) {
                op = parser.getText();
            } else {
                deleted = parser.getText();
            }
        }

        byte[] envelope(JsonFactory json, String topic, byte[] row) throws Unreadable {
            TableId table = table(topic);
            require(
                    table,
                    op != null && names.contains("lsn") && (names.contains("ts_ms") || names.contains("ts_us")),
                    "add.fields=op,source.lsn,source.ts_us",
                    "where and when the source made the change");
            require(
                    table,
                    deleted != null,
                    "delete.tombstone.handling.mode=rewrite",
                    "what was deleted: a tombstone alone does not tell when");
            boolean delete = "true".equals(deleted);
            ByteArrayOutputStream out = new ByteArrayOutputStream(row.length + 200);
            try (JsonGenerator envelope = json.createGenerator(out)) {
                envelope.writeStartObject();
                envelope.writeFieldName(delete ? "before" : "after");
                envelope.writeRawValue(new String(row, StandardCharsets.UTF_8));
                envelope.writeStringField("op", delete ? "d" : op);
                envelope.writeObjectFieldStart("source");
                envelope.writeStringField("schema", table.schema());
                envelope.writeStringField("table", table.table());
                for (int i = 0; i < names.size(); i++) {
                    if (!names.get(i).equals("schema") && !names.get(i).equals("table")) {
                        envelope.writeFieldName(names.get(i));
                        envelope.writeRawValue(number(names.get(i), values.get(i)));
                    }
                }
                envelope.writeEndObject();
                envelope.writeEndObject();
            } catch (IOException e) {
                throw new IllegalStateException("writing to memory", e);
            }
            return out.toByteArray();
        }

        private static String number(String name, String text) throws Unreadable {
            if (!text.matches("-?\\d{1,19}")) {
                throw Unreadable.malformed(PREFIX + name + ": expected a 64-bit integer");
            }
            return text;
        }

        private static void require(TableId table, boolean there, String setting, String what) throws Unreadable {
            if (!there) {
                throw Unreadable.blocked(
                        table,
                        "The flattened records of " + table + " don't say " + what + ". Set " + setting
                                + " in the connector's ExtractNewRecordState and read the topic from records that have it, or"
                                + " don't flatten.");
            }
        }

        private TableId table(String topic) throws Unreadable {
            String[] parts = topic.split("\\.");
            String schema = value("schema");
            String table = value("table");
            if (parts.length < 3 && (schema == null || table == null)) {
                throw Unreadable.blocked(
                        new TableId("", topic),
                        "The flattened records of topic " + topic
                                + " don't say their table, and the topic's name is not of"
                                + " the form prefix.schema.table. Set add.fields=op,source.schema,source.table,source.lsn,"
                                + "source.ts_us in the connector's ExtractNewRecordState.");
            }
            return new TableId(
                    schema == null ? parts[parts.length - 2] : schema, table == null ? parts[parts.length - 1] : table);
        }

        private @Nullable String value(String name) {
            int index = names.indexOf(name);
            return index < 0 ? null : values.get(index);
        }
    }
}
