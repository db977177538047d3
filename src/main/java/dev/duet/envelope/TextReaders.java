package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.Row;
import dev.duet.envelope.EnvelopeOptions.BinaryMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** Texts, and bytes written as text. */
final class TextReaders {
    private static final int UUID_LENGTH = 36;

    private TextReaders() {}

    /** Text of any length; the limit of a varchar is the sink's to enforce, which knows whether it has grown meanwhile. */
    static ValueReader text(String unavailable) {
        return json -> {
            String text = soundText(json);
            return text.equals(unavailable) ? Row.UNCHANGED : text;
        };
    }

    /** A document; of an unchanged hstore, which comes as a document too, the placeholder is its key and its value. */
    static ValueReader json(String unavailable) {
        String quoted = "\"" + unavailable + "\"";
        String hstore = "{" + quoted + ":" + quoted + "}";
        return json -> {
            String text = soundText(json);
            return text.equals(unavailable) || text.equals(hstore) ? Row.UNCHANGED : text;
        };
    }

    static Object uuid(JsonParser json) throws IOException, BadValue {
        String text = soundText(json);
        if (!isUuid(text)) {
            throw new BadValue("expected a UUID");
        }
        return text;
    }

    static ValueReader bytes(BinaryMode mode, String unavailable) {
        byte[] plain = unavailable.getBytes(StandardCharsets.UTF_8);
        return switch (mode) {
            case BYTES, BASE64 ->
                base64Reader(Base64.getDecoder(), Base64.getEncoder().encodeToString(plain));
            case BASE64_URL_SAFE ->
                base64Reader(Base64.getUrlDecoder(), Base64.getUrlEncoder().encodeToString(plain));
            case HEX -> hexReader(HexFormat.of().formatHex(plain));
        };
    }

    private static ValueReader base64Reader(Base64.Decoder decoder, String unavailable) {
        return json -> {
            String text = string(json, "expected bytes in base64");
            return text.equals(unavailable) ? Row.UNCHANGED : base64(text, decoder);
        };
    }

    private static ValueReader hexReader(String unavailable) {
        return json -> {
            String text = string(json, "expected bytes in hexadecimal");
            if (text.equals(unavailable)) {
                return Row.UNCHANGED;
            }
            try {
                return HexFormat.of().parseHex(text);
            } catch (IllegalArgumentException e) {
                throw new BadValue("expected bytes in hexadecimal");
            }
        };
    }

    static byte[] base64(String text, Base64.Decoder decoder) throws BadValue {
        // The JDK would accept a text that lacks its padding; Debezium always writes it.
        if (text.length() % 4 != 0) {
            throw new BadValue("expected bytes in base64");
        }
        try {
            return decoder.decode(text);
        } catch (IllegalArgumentException e) {
            throw new BadValue("expected bytes in base64");
        }
    }

    private static String string(JsonParser json, String expectation) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadValue(expectation);
        }
        return json.getText();
    }

    /** A text that PostgreSQL can hold: no NUL, no half of a surrogate pair (which an escape can smuggle in). */
    private static String soundText(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadValue("expected a string");
        }
        int from = json.getTextOffset();
        checkSound(json.getTextCharacters(), from, from + json.getTextLength());
        return json.getText();
    }

    /** The same text, if PostgreSQL can hold it. */
    static String sound(String text) throws BadValue {
        checkSound(text.toCharArray(), 0, text.length());
        return text;
    }

    private static void checkSound(char[] chars, int from, int to) throws BadValue {
        for (int i = from; i < to; i++) {
            char c = chars[i];
            if (c == 0) {
                throw new BadValue("expected a string without NUL characters");
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == to || !Character.isLowSurrogate(chars[i + 1])) {
                    throw new BadValue("expected a string without unpaired surrogates");
                }
                i++;
            }
        }
    }

    private static boolean isUuid(String text) {
        if (text.length() != UUID_LENGTH) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? text.charAt(i) != '-' : !HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
