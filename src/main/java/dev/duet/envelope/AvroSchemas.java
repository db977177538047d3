package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import dev.duet.change.TableId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Remembers the schemas that the registry gave, up to a number and a size; the least recently used are asked for again. */
final class AvroSchemas {
    private static final int MAX_SCHEMAS = 1000;

    /** Of schema text; what is made of it takes a few times as much. */
    private static final long MAX_CHARS = 16 << 20;

    private final WriterSchemas registry;
    private final AvroSchemaParser parser;
    private final LinkedHashMap<SchemaId, Known> known = new LinkedHashMap<>(16, 0.75f, true);
    private long chars;

    AvroSchemas(WriterSchemas registry, JsonFactory json) {
        this.registry = registry;
        this.parser = new AvroSchemaParser(json);
    }

    /** @throws Unreadable with the decision to stop if the registry lacks the schema, or there is no registry */
    AvroSchema get(String topic, SchemaId id) throws Unreadable {
        Known found = known.get(id);
        if (found == null) {
            found = ask(topic, id);
            known.put(id, found);
            chars += found.chars;
            forgetEldest();
        }
        return found.schema;
    }

    private Known ask(String topic, SchemaId id) throws Unreadable {
        String records = "The records of topic " + topic + " are Avro with the " + id + ", but ";
        try {
            WriterSchemas.Answer answer = registry.find(id);
            try {
                AvroSchema schema = parser.parse(answer);
                List<String> doubtful = schema.nullableWithDefault();
                if (!doubtful.isEmpty()) {
                    registry.nullsMayBeDefaults(topic, id, doubtful);
                }
                return new Known(schema, answer.length());
            } catch (Unreadable e) {
                throw Unreadable.blocked(
                        tableOf(topic),
                        records + "what the registry gave for it is no Avro schema (" + e.getMessage()
                                + "). Look at it in the registry; is duet.source.registry.url the registry that the connector"
                                + " writes to?");
            }
        } catch (UnusableSchemaException e) {
            throw Unreadable.blocked(tableOf(topic), records + e.getMessage() + ".");
        }
    }

    private void forgetEldest() {
        Iterator<Map.Entry<SchemaId, Known>> eldest = known.entrySet().iterator();
        while ((chars > MAX_CHARS || known.size() > MAX_SCHEMAS) && known.size() > 1) {
            chars -= eldest.next().getValue().chars;
            eldest.remove();
        }
    }

    /** By the topic's name, for as long as its records can't tell. */
    static TableId tableOf(String topic) {
        String[] parts = topic.split("\\.");
        return parts.length < 3
                ? new TableId("", topic)
                : new TableId(parts[parts.length - 2], parts[parts.length - 1]);
    }

    private record Known(AvroSchema schema, int chars) {}
}
