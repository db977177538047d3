package dev.duet.envelope;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field of a Connect schema as the JSON converter writes it: {@code {"type", "optional", "name", "parameters", "field", "fields"}}. Avro's
 * schemas are mapped to the same.
 *
 * @param name the field's name, empty for the schema at the top
 * @param type Connect's type: boolean, int8 to int64, float, double, string, bytes, array, map or struct
 * @param semantic Connect's and Debezium's name for what the value means ({@code io.debezium.time.Date}), if any
 * @param parameters the schema's parameters, the source's column type among them if the connector propagates it
 * @param fields a struct's fields
 * @param items the schema of an array's elements, null for all else
 * @param defaultJson the field's default as the record writes a value, in JSON; null if it has none
 */
record ConnectField(
        String name,
        String type,
        @Nullable String semantic,
        Map<String, String> parameters,
        List<ConnectField> fields,
        @Nullable ConnectField items,
        @Nullable String defaultJson) {

    /** A struct of these fields. */
    static ConnectField struct(String name, List<ConnectField> fields) {
        return new ConnectField(name, "struct", null, Map.of(), fields, null, null);
    }

    /** The same as the field of this name. */
    ConnectField named(String field) {
        return new ConnectField(field, type, semantic, parameters, fields, items, defaultJson);
    }

    boolean isText() {
        return type.equals("string");
    }

    boolean isNamed(String other) {
        return other.equals(semantic);
    }

    /** An integer parameter; the fallback also where the parameter is no integer. */
    int intParameter(String parameter, int fallback) {
        String text = parameters.get(parameter);
        if (text == null) {
            return fallback;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    @Nullable
    ConnectField field(String wanted) {
        for (ConnectField field : fields) {
            if (field.name.equals(wanted)) {
                return field;
            }
        }
        return null;
    }
}
