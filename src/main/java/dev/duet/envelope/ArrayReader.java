package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads an array of one dimension. */
final class ArrayReader implements ValueReader {
    private final ValueReader element;
    private final List<Object> unavailable;

    /** @param unavailable the elements that stand for an array that the source did not send */
    private ArrayReader(ValueReader element, List<Object> unavailable) {
        this.element = element;
        this.unavailable = unavailable;
    }

    /**
     * What stands for an unchanged array depends on its elements: the placeholder itself, its bytes as numbers, or a UUID made of it.
     *
     * @param element reads one element
     * @param type the elements' type
     * @param placeholder the connector's {@code unavailable.value.placeholder}
     */
    static ArrayReader of(ValueReader element, ColumnType type, String placeholder) {
        byte[] bytes = placeholder.getBytes(StandardCharsets.UTF_8);
        List<Object> unavailable = new ArrayList<>();
        switch (type) {
            case ColumnType.Int16 ignored -> addAll(unavailable, bytes, number -> (short) number);
            case ColumnType.Date ignored -> addAll(unavailable, bytes, number -> (int) number);
            case ColumnType.Int32 ignored -> addAll(unavailable, bytes, number -> (int) number);
            case ColumnType.Int64 ignored -> addAll(unavailable, bytes, number -> (long) number);
            case ColumnType.Uuid ignored ->
                unavailable.add(UUID.nameUUIDFromBytes(bytes).toString());
            default -> unavailable.add(Row.UNCHANGED);
        }
        return new ArrayReader(element, unavailable);
    }

    private interface Number {
        Object of(byte value);
    }

    private static void addAll(List<Object> to, byte[] bytes, Number number) {
        for (byte b : bytes) {
            to.add(number.of(b));
        }
    }

    @Override
    public Object read(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new BadValue("expected an array");
        }
        List<@Nullable Object> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            values.add(json.currentToken() == JsonToken.VALUE_NULL ? null : item(json, values.size()));
        }
        if (values.equals(unavailable)) {
            return Row.UNCHANGED;
        }
        if (values.contains(Row.UNCHANGED)) {
            throw new BadValue("expected no placeholder for an unchanged value among others");
        }
        return Collections.unmodifiableList(values);
    }

    private Object item(JsonParser json, int index) throws IOException, BadValue {
        try {
            return element.read(json);
        } catch (BadValue e) {
            throw new BadValue("element " + index + ": " + e.getMessage());
        }
    }
}
