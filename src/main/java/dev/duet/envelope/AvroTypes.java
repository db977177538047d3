package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import dev.duet.envelope.AvroType.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps one Avro schema to what reads its values and to the Connect schema that it was made from: Connect's converters leave the
 * semantic name and the parameters in {@code connect.name} and {@code connect.parameters}. Where these are missing, Avro's own logical
 * type counts.
 */
final class AvroTypes {
    private static final Map<String, Kind> PRIMITIVES = Map.of(
            "null", Kind.NULL,
            "boolean", Kind.BOOLEAN,
            "int", Kind.INT,
            "long", Kind.LONG,
            "float", Kind.FLOAT,
            "double", Kind.DOUBLE,
            "bytes", Kind.BYTES,
            "string", Kind.STRING);

    /** Of those that Debezium's types have a name for. */
    private static final Map<String, String> LOGICAL = Map.of(
            "decimal", WireNames.DECIMAL,
            "date", WireNames.CONNECT_DATE,
            "time-millis", WireNames.CONNECT_TIME,
            "time-micros", WireNames.MICRO_TIME,
            "timestamp-millis", WireNames.CONNECT_TIMESTAMP,
            "timestamp-micros", WireNames.MICRO_TIMESTAMP,
            "uuid", WireNames.UUID);

    private static final int MAX_FIXED = 1 << 20;

    /** @param connect without the name of a field */
    record Typed(AvroType avro, ConnectField connect) {}

    private final AvroDefaults defaults;
    private final Map<String, Typed> named = new HashMap<>();

    AvroTypes(JsonFactory json) {
        this.defaults = new AvroDefaults(json);
    }

    /** @param space the enclosing namespace */
    Typed of(@Nullable Object schema, String space) throws Unreadable {
        return switch (schema) {
            case String name -> byName(name, space);
            case List<?> branches -> union(branches, space);
            case Map<?, ?> type -> described(type, space);
            case null, default -> throw Unreadable.malformed("expected a type");
        };
    }

    private Typed byName(String name, String space) throws Unreadable {
        Kind primitive = PRIMITIVES.get(name);
        if (primitive != null) {
            return new Typed(AvroType.of(primitive), connect(connectType(primitive), Map.of(), List.of(), null, null));
        }
        Typed known = named.get(fullName(name, space));
        if (known == null) {
            known = named.get(name);
        }
        if (known == null) {
            throw Unreadable.malformed(
                    "expected the type '" + Unreadable.shown(name) + "' to be defined before its use");
        }
        return known;
    }

    /** Nullable is no type of its own in Connect; another union has no counterpart there that could be a column. */
    private Typed union(List<?> branches, String space) throws Unreadable {
        AvroType[] types = new AvroType[branches.size()];
        ConnectField only = null;
        int others = 0;
        for (int i = 0; i < types.length; i++) {
            Typed branch = of(branches.get(i), space);
            types[i] = branch.avro();
            if (types[i].kind() != Kind.NULL) {
                only = branch.connect();
                others++;
            }
        }
        ConnectField connect = others == 1 && only != null ? only : connect("union", Map.of(), List.of(), null, null);
        return new Typed(AvroType.composed(Kind.UNION, types), connect);
    }

    private Typed described(Map<?, ?> type, String space) throws Unreadable {
        Object kind = type.get("type");
        return kind instanceof String name ? described(name, type, space) : of(kind, space);
    }

    private Typed described(String name, Map<?, ?> type, String space) throws Unreadable {
        return switch (name) {
            case "record", "error" -> record(type, space);
            case "array" -> {
                Typed items = of(type.get("items"), space);
                AvroType avro = AvroType.composed(Kind.ARRAY, items.avro());
                yield new Typed(avro, connect("array", type, List.of(), items.connect(), avro));
            }
            case "map" -> {
                AvroType avro = AvroType.composed(
                        Kind.MAP, of(type.get("values"), space).avro());
                yield new Typed(avro, connect("map", type, List.of(), null, avro));
            }
            case "enum" -> remember(type, space, enumeration(type), "string");
            case "fixed" -> remember(type, space, AvroType.fixed(size(type)), "bytes");
            default -> {
                AvroType avro = byName(name, space).avro();
                yield PRIMITIVES.containsKey(name)
                        ? new Typed(avro, connect(connectType(avro.kind(), type), type, List.of(), null, avro))
                        : byName(name, space);
            }
        };
    }

    private Typed remember(Map<?, ?> type, String space, AvroType avro, String connectType) throws Unreadable {
        Typed typed = new Typed(avro, connect(connectType, type, List.of(), null, avro));
        named.put(fullName(type, space), typed);
        return typed;
    }

    private static AvroType enumeration(Map<?, ?> type) throws Unreadable {
        List<String> symbols = new ArrayList<>();
        for (Object symbol : list(type, "symbols")) {
            symbols.add(String.valueOf(symbol));
        }
        return AvroType.enumeration(symbols.toArray(String[]::new));
    }

    private static int size(Map<?, ?> type) throws Unreadable {
        if (type.get("size") instanceof Number size && size.longValue() >= 0 && size.longValue() <= MAX_FIXED) {
            return size.intValue();
        }
        throw Unreadable.malformed("expected the size of a fixed type, up to " + MAX_FIXED + " bytes");
    }

    private Typed record(Map<?, ?> type, String space) throws Unreadable {
        String fullName = fullName(type, space);
        String inner = fullName.substring(0, Math.max(0, fullName.lastIndexOf('.')));
        AvroType avro = AvroType.of(Kind.RECORD);
        // It may name itself in its own fields; such a field is no column that could be read, so no more need be known.
        named.put(fullName, new Typed(avro, ConnectField.struct("", List.of())));
        List<?> fields = list(type, "fields");
        if (fields.size() > DebeziumDecoder.MAX_COLUMNS) {
            throw Unreadable.malformed(
                    "expected at most " + DebeziumDecoder.MAX_COLUMNS + " fields, PostgreSQL's limit");
        }
        String[] names = new String[fields.size()];
        AvroType[] types = new AvroType[fields.size()];
        List<ConnectField> connects = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if (!(fields.get(i) instanceof Map<?, ?> field) || !(field.get("name") instanceof String fieldName)) {
                throw Unreadable.malformed("expected fields with names");
            }
            Typed typed = of(field.get("type"), inner);
            types[i] = typed.avro();
            names[i] = AvroNames.ofColumn(fieldName, typed.connect());
            connects.add(typed.connect().named(names[i]));
        }
        avro.setFields(names, types);
        Typed typed = new Typed(avro, connect("struct", type, List.copyOf(connects), null, avro));
        named.put(fullName, typed);
        return typed;
    }

    private static List<?> list(Map<?, ?> type, String property) throws Unreadable {
        if (type.get(property) instanceof List<?> list) {
            return list;
        }
        throw Unreadable.malformed("expected " + property);
    }

    private static String fullName(Map<?, ?> type, String space) throws Unreadable {
        if (!(type.get("name") instanceof String name)) {
            throw Unreadable.malformed("expected a name");
        }
        return fullName(name, type.get("namespace") instanceof String own ? own : space);
    }

    private static String fullName(String name, String space) {
        return name.contains(".") || space.isEmpty() ? name : space + "." + name;
    }

    private static String connectType(Kind kind) {
        return switch (kind) {
            case INT -> "int32";
            case LONG -> "int64";
            default -> kind.name().toLowerCase(Locale.ROOT);
        };
    }

    /** An int may be one of Connect's narrower ones. */
    private static String connectType(Kind kind, Map<?, ?> type) {
        return kind == Kind.INT && type.get("connect.type") instanceof String narrower ? narrower : connectType(kind);
    }

    private ConnectField connect(
            String connectType,
            Map<?, ?> type,
            List<ConnectField> fields,
            @Nullable ConnectField items,
            @Nullable AvroType avro)
            throws Unreadable {
        Map<String, String> parameters = new HashMap<>();
        if (type.get("connect.parameters") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> parameters.put(String.valueOf(name), String.valueOf(value)));
        }
        String semantic = null;
        if (type.get("connect.name") instanceof String name) {
            semantic = name;
        } else if (type.get("logicalType") instanceof String logical) {
            semantic = LOGICAL.get(logical);
        }
        if (WireNames.DECIMAL.equals(semantic)) {
            parameters.putIfAbsent("scale", type.get("scale") instanceof Number scale ? scale.toString() : "0");
            if (type.get("precision") instanceof Number precision) {
                parameters.putIfAbsent("connect.decimal.precision", precision.toString());
            }
        }
        Object defaultValue = type.get("connect.default");
        String defaultJson = defaultValue == null || avro == null ? null : defaults.json(avro, defaultValue);
        return new ConnectField("", connectType, semantic, Map.copyOf(parameters), fields, items, defaultJson);
    }
}
