package dev.duet.delta;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A JSON document as PostgreSQL writes it when it is a {@code jsonb}: members by the length of their names and then by their bytes, of
 * equal names the last one, numbers in plain digits, one blank behind each colon and comma.
 */
final class JsonbText {
    private static final int MAX_DEPTH = 500;

    private final String json;
    private int at;

    private JsonbText(String json) {
        this.json = json;
    }

    /** The text's canonical form; the text itself if it is not JSON. */
    static String of(String json) {
        JsonbText text = new JsonbText(json);
        try {
            StringBuilder to = new StringBuilder(json.length() + 16);
            text.value(to, 0);
            text.blanks();
            return text.at == json.length() ? to.toString() : json;
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            return json;
        }
    }

    private void value(StringBuilder to, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("too deep");
        }
        blanks();
        switch (json.charAt(at)) {
            case '{' -> object(to, depth);
            case '[' -> array(to, depth);
            case '"' -> quote(to, string());
            default -> to.append(plain());
        }
    }

    private void object(StringBuilder to, int depth) {
        Map<String, String> members = new TreeMap<>(JsonbText::byLength);
        at++;
        blanks();
        while (json.charAt(at) != '}') {
            blanks();
            String name = string();
            blanks();
            expect(':');
            StringBuilder value = new StringBuilder();
            value(value, depth + 1);
            members.put(name, value.toString());
            separator('}');
        }
        at++;
        to.append('{');
        members.forEach((name, value) -> {
            quote(to.length() > 0 && to.charAt(to.length() - 1) != '{' ? to.append(", ") : to, name);
            to.append(": ").append(value);
        });
        to.append('}');
    }

    private static int byLength(String a, String b) {
        byte[] first = a.getBytes(StandardCharsets.UTF_8);
        byte[] second = b.getBytes(StandardCharsets.UTF_8);
        return first.length != second.length ? first.length - second.length : Arrays.compareUnsigned(first, second);
    }

    private void array(StringBuilder to, int depth) {
        at++;
        blanks();
        to.append('[');
        boolean first = true;
        while (json.charAt(at) != ']') {
            to.append(first ? "" : ", ");
            first = false;
            value(to, depth + 1);
            separator(']');
        }
        at++;
        to.append(']');
    }

    private void separator(char end) {
        blanks();
        if (json.charAt(at) != end) {
            expect(',');
            blanks();
        }
    }

    private void expect(char c) {
        if (json.charAt(at++) != c) {
            throw new IllegalArgumentException("no " + c);
        }
    }

    private void blanks() {
        while (at < json.length() && " \t\r\n".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
    }

    private String plain() {
        int start = at;
        while (at < json.length() && ",]} \t\r\n".indexOf(json.charAt(at)) < 0) {
            at++;
        }
        String word = json.substring(start, at);
        return switch (word) {
            case "true", "false", "null" -> word;
            default -> number(new BigDecimal(word)); // a NumberFormatException is an IllegalArgumentException
        };
    }

    private static String number(BigDecimal number) {
        return number.scale() < 0 ? number.setScale(0).toPlainString() : number.toPlainString();
    }

    private String string() {
        expect('"');
        StringBuilder text = new StringBuilder();
        for (char c = json.charAt(at++); c != '"'; c = json.charAt(at++)) {
            text.append(c == '\\' ? escaped() : c);
        }
        return text.toString();
    }

    private char escaped() {
        char c = json.charAt(at++);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(json.substring(at - 4, at), 16);
            }
            default -> c;
        };
    }

    private static void quote(StringBuilder to, String text) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\b' -> to.append("\\b");
                case '\f' -> to.append("\\f");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c < ' ') {
                        to.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }
}
