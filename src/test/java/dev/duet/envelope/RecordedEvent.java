package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real record of Debezium 3.7.0, as it lay in the broker (src/test/resources/events). */
@SuppressWarnings("ArrayRecordComponent")
record RecordedEvent(String topic, int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
    private static final JsonFactory JSON = new JsonFactory();

    /** All events of a file, in its order. */
    static List<RecordedEvent> all(String name) {
        String path = "/events/" + name + ".jsonl";
        try (InputStream in = RecordedEvent.class.getResourceAsStream(path)) {
            return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(RecordedEvent::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RecordedEvent of(String name, long offset) {
        return all(name).stream()
                .filter(event -> event.offset == offset)
                .findFirst()
                .orElseThrow();
    }

    Decoded decode(DebeziumDecoder decoder) {
        return decoder.decode(new TopicPartition(topic, partition), offset, key, value);
    }

    RecordedEvent withValue(byte @Nullable [] other) {
        return new RecordedEvent(topic, partition, offset, key, other);
    }

    RecordedEvent withKey(@Nullable String other) {
        return new RecordedEvent(
                topic, partition, offset, other == null ? null : other.getBytes(StandardCharsets.UTF_8), value);
    }

    /** The event with a part of its value's text replaced, which must be there. */
    RecordedEvent with(String part, String replacement) {
        String text = valueText();
        if (!text.contains(part)) {
            throw new IllegalArgumentException(part + " is not in " + text);
        }
        return withValue(text.replace(part, replacement).getBytes(StandardCharsets.UTF_8));
    }

    String valueText() {
        return new String(Objects.requireNonNull(value), StandardCharsets.UTF_8);
    }

    String valueTextOrNull() {
        return value == null ? "" : valueText();
    }

    private static RecordedEvent parse(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        String topic = "";
        int partition = 0;
        long offset = -1;
        byte[] key = null;
        byte[] value = null;
        try (JsonParser parser = JSON.createParser(bytes)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "topic" -> topic = parser.getText();
                    case "partition" -> partition = parser.getIntValue();
                    case "offset" -> offset = parser.getLongValue();
                    case "key" -> key = stored(parser, bytes);
                    case "value" -> value = stored(parser, bytes);
                    default -> parser.skipChildren();
                }
            }
            return new RecordedEvent(topic, partition, offset, key, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An embedded object stands for its own bytes, a string for its text. */
    private static byte @Nullable [] stored(JsonParser parser, byte[] line) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> parser.getText().getBytes(StandardCharsets.UTF_8);
            default -> {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                yield Arrays.copyOfRange(
                        line, from, (int) parser.currentLocation().getByteOffset());
            }
        };
    }
}
