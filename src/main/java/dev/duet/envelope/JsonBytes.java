package dev.duet.envelope;

import java.util.Arrays;

/**
 * Finds where JSON values end without reading them. It trusts the text no further than that: what it steps over is either equal to
 * bytes that were parsed before, or is parsed afterwards.
 */
final class JsonBytes {
    private JsonBytes() {}

    /** The unsigned number in these bytes, the first being the highest. */
    static long bigEndian(byte[] bytes, int from, int length) {
        long number = 0;
        for (int i = from; i < from + length; i++) {
            number = number << 8 | (bytes[i] & 0xff);
        }
        return number;
    }

    /**
     * The index behind the value that begins at {@code from}, or -1 if it does not end before {@code to}. Brackets are counted
     * without regard to their kind.
     */
    static int endOfValue(byte[] json, int from, int to) {
        if (from >= to) {
            return -1;
        }
        byte first = json[from];
        if (first == '"') {
            return endOfString(json, from, to);
        }
        return first == '{' || first == '[' ? endOfContainer(json, from, to) : endOfLiteral(json, from, to);
    }

    private static int endOfContainer(byte[] json, int from, int to) {
        int depth = 0;
        for (int i = from; i < to; i++) {
            byte c = json[i];
            if (c == '"') {
                i = endOfString(json, i, to) - 1;
                if (i < 0) {
                    return -1;
                }
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private static int endOfString(byte[] json, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            byte c = json[i];
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static int endOfLiteral(byte[] json, int from, int to) {
        int i = from;
        while (i < to && json[i] != ',' && json[i] != '}' && json[i] != ']' && !isSpace(json[i])) {
            i++;
        }
        return i == from ? -1 : i;
    }

    static int skipSpace(byte[] json, int from) {
        int i = from;
        while (i < json.length && isSpace(json[i])) {
            i++;
        }
        return i;
    }

    /** The index of the last byte that is no white space, or -1. */
    static int lastInk(byte[] json) {
        int i = json.length - 1;
        while (i >= 0 && isSpace(json[i])) {
            i--;
        }
        return i;
    }

    static boolean startsWith(byte[] json, int from, byte[] expected) {
        int to = from + expected.length;
        return to <= json.length && Arrays.equals(json, from, to, expected, 0, expected.length);
    }

    /** The index of the value of a field that begins at {@code from} and has this quoted name, or -1. */
    static int valueOf(byte[] json, int from, byte[] quotedName) {
        if (!startsWith(json, from, quotedName)) {
            return -1;
        }
        int colon = skipSpace(json, from + quotedName.length);
        return colon < json.length && json[colon] == ':' ? skipSpace(json, colon + 1) : -1;
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
