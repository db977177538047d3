package dev.duet.inspect;

import java.nio.charset.StandardCharsets;

/**
 * PostgreSQL's {@code hashtextextended(text, 0)}: {@code hash_bytes_extended} of src/common/hashfn.c, Bob Jenkins' lookup3, over the
 * bytes of UTF-8. Checked against the server by {@code TextHashTest}.
 */
public final class TextHash {
    /** Stands for the hash of SQL's null, where hashes are joined. */
    public static final String NULL = "-";

    private TextHash() {}

    /** The hash of the text's UTF-8 bytes. */
    public static long of(String text) {
        byte[] k = text.getBytes(StandardCharsets.UTF_8);
        int a = 0x9e3779b9 + k.length + 3923095;
        int b = a;
        int c = a;
        int at = 0;
        for (; k.length - at >= 12; at += 12) {
            a += word(k, at, 4);
            b += word(k, at + 4, 4);
            c += word(k, at + 8, 4);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        a += word(k, at, 4);
        b += word(k, at + 4, 4);
        c += word(k, at + 8, 3) << 8; // the lowest byte is the length's
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        c = (c ^ b) - Integer.rotateLeft(b, 24);
        return ((long) b << 32) | Integer.toUnsignedLong(c);
    }

    /** Up to so many bytes from there, the first one lowest; what lies behind the end counts as zero. */
    private static int word(byte[] bytes, int at, int count) {
        int word = 0;
        for (int i = 0; i < count && at + i < bytes.length; i++) {
            word |= (bytes[at + i] & 0xff) << (8 * i);
        }
        return word;
    }
}
