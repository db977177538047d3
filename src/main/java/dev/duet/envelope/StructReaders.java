package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.Row;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that Debezium takes apart or wraps, put back into the text that PostgreSQL writes for them. */
final class StructReaders {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** Of EWKB, PostGIS' own form: the number behind the type is the SRID. */
    private static final int HAS_SRID = 0x20000000;

    private static final String SHAPE = "expected a point, a line or a circle";

    private StructReaders() {}

    /** The bytes of a string in base64, or of a binary token. */
    static byte[] bytes(JsonParser json) throws IOException, BadValue {
        return switch (json.currentToken()) {
            case VALUE_STRING -> TextReaders.base64(json.getText(), Base64.getDecoder());
            case VALUE_EMBEDDED_OBJECT -> json.getBinaryValue();
            default -> throw new BadValue("expected bytes");
        };
    }

    /**
     * {@code io.debezium.data.Bits}: a number, its least byte first.
     *
     * @param length the bits of each value; -1 if that differs: leading zeros are lost then
     */
    static ValueReader bits(int length) {
        return json -> {
            byte[] bytes = bytes(json);
            StringBuilder text = new StringBuilder(bytes.length * 8);
            for (int i = bytes.length - 1; i >= 0; i--) {
                for (int bit = 7; bit >= 0; bit--) {
                    text.append((bytes[i] >> bit & 1) == 1 ? '1' : '0');
                }
            }
            int first = text.indexOf("1");
            int digits = first < 0 ? 0 : text.length() - first;
            if (length < 0) {
                return text.substring(text.length() - digits);
            }
            if (digits > length) {
                throw new BadValue("expected at most " + length + " bits");
            }
            return "0".repeat(Math.max(0, length - text.length()))
                    + text.substring(Math.max(0, text.length() - length));
        };
    }

    /** Whether the field is one of the structs that {@link #shape} reads. */
    static boolean isShape(ConnectField field) {
        return field.isNamed(WireNames.POINT) || field.isNamed(WireNames.LINE) || field.isNamed(WireNames.CIRCLE);
    }

    /**
     * A point {@code {x, y, ...}} as {@code (x,y)}, a line {@code {a, b, c}} as {@code {a,b,c}}, a circle {@code {center, radius}} as
     * {@code <(x,y),r>}.
     */
    static Object shape(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadValue(SHAPE);
        }
        Map<String, Object> parts = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "x", "y", "a", "b", "c", "radius" -> parts.put(field, NumberReaders.float64(json));
                case "center" -> parts.put(field, shape(json));
                default -> json.skipChildren();
            }
        }
        return switch (parts.size()) {
            case 3 -> "{" + part(parts, "a") + "," + part(parts, "b") + "," + part(parts, "c") + "}";
            default ->
                parts.containsKey("center")
                        ? "<" + part(parts, "center") + "," + part(parts, "radius") + ">"
                        : "(" + part(parts, "x") + "," + part(parts, "y") + ")";
        };
    }

    private static Object part(Map<String, Object> parts, String name) throws BadValue {
        Object part = parts.get(name);
        if (part == null) {
            throw new BadValue(SHAPE);
        }
        return part;
    }

    /** {@code {wkb, srid}} of PostGIS as the hexadecimal EWKB that PostGIS writes and reads. */
    static Object geometry(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadValue("expected a geometry as {wkb, srid}");
        }
        byte[] wkb = null;
        Integer srid = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("wkb")) {
                wkb = bytes(json);
            } else if (field.equals("srid") && json.currentToken() != JsonToken.VALUE_NULL) {
                srid = (Integer) NumberReaders.int32(json);
            } else {
                json.skipChildren();
            }
        }
        if (wkb == null || wkb.length < 5) {
            throw new BadValue("expected a geometry as {wkb, srid}");
        }
        return HEX.formatHex(ewkb(wkb, srid));
    }

    private static byte[] ewkb(byte[] wkb, @Nullable Integer srid) {
        ByteOrder order = wkb[0] == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int type = ByteBuffer.wrap(wkb, 1, 4).order(order).getInt();
        if (srid == null || srid == 0 || (type & HAS_SRID) != 0) {
            return wkb;
        }
        return ByteBuffer.allocate(wkb.length + 4)
                .order(order)
                .put(wkb[0])
                .putInt(type | HAS_SRID)
                .putInt(srid)
                .put(wkb, 5, wkb.length - 5)
                .array();
    }

    /** Text in bytes: a value of a type for which the connector has no form of its own. */
    static ValueReader textInBytes(String unavailable) {
        return json -> {
            byte[] bytes = bytes(json);
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                return text.equals(unavailable) ? Row.UNCHANGED : TextReaders.sound(text);
            } catch (CharacterCodingException e) {
                throw new BadValue("expected UTF-8 text in the bytes");
            }
        };
    }

    /** Any value, as the JSON that it is. */
    static ValueReader json(JsonFactory json) {
        return parser -> {
            StringWriter text = new StringWriter();
            try (JsonGenerator copy = json.createGenerator(text)) {
                copy.copyCurrentStructureExact(parser);
            }
            return TextReaders.sound(text.toString());
        };
    }
}
